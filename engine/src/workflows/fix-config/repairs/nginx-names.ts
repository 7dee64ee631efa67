import type { Finding } from '../../../bench/finding.ts'
import { canonicalHost } from '../../../bench/host-name.ts'
import { serversOfBench } from '../../../checks/analysis/nginx-of-bench.ts'
import type { NginxFacts, NginxServer, NginxWord } from '../../../services/nginx/nginx-facts.ts'
import { editWords, type Word } from '../nginx-edits.ts'
import type { Repair, RepairLook } from '../repair.ts'

/** The blocks that claim the name at one address, in the order nginx reads them: only the first is served. */
const claimants = (nginx: NginxFacts, { evidence }: Finding): NginxServer[] =>
  nginx.servers.filter(({ file, line }) => evidence.split(', ').includes(`${file}:${line}`))

/**
 * The blocks that give the name up. Beside one block of the bench, those that somebody wrote by hand; among several of the bench, the
 * ones that nginx never serves. Blocks of another bench are somebody else's: then none.
 */
async function givingUp({ facts, host }: RepairLook, nginx: NginxFacts, finding: Finding): Promise<NginxServer[]> {
  const all = claimants(nginx, finding)
  const paths = [...new Set([facts.path, await host.realPath(facts.path)])]
  const own = all.filter((server) => serversOfBench(nginx, paths).includes(server))
  if (own.length === all.length) return all.slice(1)
  const others = all.filter((server) => !own.includes(server))
  const isOfAnotherBench = ({ siteHeaders, passes }: NginxServer) => siteHeaders.length > 0 || passes.length > 0
  return own.length === 1 && !others.some(isOfAnotherBench) ? others : []
}

/** The name as it is taken out of its line; null where its file cannot be edited word by word. */
function takenOut(nginx: NginxFacts, server: NginxServer, name: NginxWord): Word | null {
  const file = nginx.files.find(({ path }) => path === server.file)
  if (file === undefined || file.notUtf8 === true || name.file !== undefined) return null
  const begin = file.text.lastIndexOf('\n', name.start - 1) + 1
  const end = file.text.indexOf('\n', name.start)
  const text = file.text.slice(begin, end === -1 ? undefined : end)
  const at = name.start - begin
  const word = text.slice(at, at + name.end - name.start)
  const line = file.text.slice(0, begin).split('\n').length
  // A block must keep a name: this one is nobody's.
  if (server.names.length === 1) return { path: file.realPath, line, text, at, from: word, to: '_' }
  const room = /[ \t]*$/.exec(text.slice(0, at))?.[0].length ?? 0
  return { path: file.realPath, line, text, at: at - room, from: text.slice(at - room, at) + word, to: '' }
}

/** One name in two server blocks, of which nginx serves only the first. */
export const nginxNames: Repair = {
  id: 'nginx-names',
  findings: ['nginx-server-name-duplicate'],
  cause: 'proxy_misconfiguration',
  remedies: [
    {
      ...{ id: 'one-block', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: "Leave the name to the bench's own block and take it out of the other one",
      plan: async (look, finding) => {
        const { nginx } = look.facts
        if (nginx === null) return null
        const words = (await givingUp(look, nginx, finding)).flatMap((server) =>
          server.names
            .filter(({ value }) => canonicalHost(value) === finding.subject)
            .map((name) => takenOut(nginx, server, name)),
        )
        if (words.length === 0 || words.includes(null)) return null
        return editWords(
          look,
          nginx,
          words.filter((word) => word !== null),
          `Leave ${finding.subject} to one block`,
        )
      },
    },
  ],
}
