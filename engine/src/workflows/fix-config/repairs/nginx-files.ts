import type { Finding } from '../../../bench/finding.ts'
import type { NginxFacts } from '../../../services/nginx/nginx-facts.ts'
import { editWords, type Word, withReload } from '../nginx-edits.ts'
import type { Repair, RepairLook } from '../repair.ts'
import { setConfig, setKeys, setLink } from '../steps.ts'

/** Every place in nginx's files where a pattern stands; its first group is what is replaced. */
const places = (
  nginx: NginxFacts,
  pattern: RegExp,
  within: (text: string, offset: number) => boolean,
  to: string,
): Word[] =>
  [...new Map(nginx.files.map((file) => [file.realPath, file])).values()].flatMap(({ realPath, text }) => {
    const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
    return text.split('\n').flatMap((line, index): Word[] => {
      const found = pattern.exec(line)
      const from = found?.[1]
      if (found === null || from === undefined || !within(text, starts[index] ?? 0)) return []
      return [{ path: realPath, line: index + 1, text: line, at: found.index + found[0].indexOf(from), from, to }]
    })
  })

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The port that nginx has, and the one that the configuration says. */
function portsIn({ evidence }: Finding): { wrong: string; right: string } | null {
  const wrong = /: [^:;]*:(\d+)/.exec(evidence)?.[1]
  const right = /: (\d+)$/.exec(evidence)?.[1]
  return wrong === undefined || right === undefined ? null : { wrong, right }
}

/** Whether something listens where nginx hands on to and nothing where the configuration says: then it is that which is wrong. */
async function nginxIsRight(
  { host }: RepairLook,
  { wrong, right }: { wrong: string; right: string },
): Promise<boolean> {
  const ports = new Set((await host.listeners()).map(({ port }) => String(port)))
  return ports.has(wrong) && !ports.has(right)
}

function portWords(nginx: NginxFacts, finding: Finding): Word[] {
  const { subject } = finding
  const ports = portsIn(finding)
  if (ports === null) return []
  const { wrong, right } = ports
  const isInside = (text: string, offset: number): boolean => {
    const head = text.slice(0, offset)
    return new RegExp(`upstream\\s+${escaped(subject)}\\s*\\{[^}]*$`).test(head)
  }
  return places(nginx, new RegExp(`^\\s*server\\s+[^;]*:(${wrong})\\b`), isInside, right)
}

/** nginx's own files, word by word; checked by nginx before it loads them. */
export const nginxFiles: Repair = {
  id: 'nginx-files',
  findings: [
    'nginx-link-dangling',
    'nginx-upstream-port-wrong',
    'nginx-socketio-port-wrong',
    'nginx-site-header-wrong',
  ],
  cause: 'proxy_misconfiguration',
  remedies: [
    {
      ...{ id: 'remove-link', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Take the link away that leads nowhere',
      plan: async (look, { id, subject }) => {
        const { nginx } = look.facts
        if (id !== 'nginx-link-dangling' || nginx === null) return null
        const folder = subject.slice(0, subject.lastIndexOf('/'))
        if ((await look.host.run({ argv: ['test', '-w', folder] })).exitCode !== 0) return null
        return withReload(
          look,
          nginx,
          folder,
          [setLink(subject, null, 'Take the link away that leads nowhere')],
          [`sudo rm ${subject}`],
        )
      },
    },
    {
      ...{ id: 'right-port', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Let nginx hand on to the port that the bench has',
      plan: async (look, finding) => {
        const { nginx } = look.facts
        const ports = portsIn(finding)
        if (!/port-wrong$/.test(finding.id) || nginx === null || ports === null) return null
        if (await nginxIsRight(look, ports)) return null
        return editWords(look, nginx, portWords(nginx, finding), 'Let nginx hand on to the right port')
      },
    },
    {
      ...{ id: 'port-of-nginx', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Let the configuration say the port that the bench has and nginx hands on to',
      plan: async (look, finding) => {
        const ports = portsIn(finding)
        if (!/port-wrong$/.test(finding.id) || ports === null || !(await nginxIsRight(look, ports))) return null
        const key = finding.id === 'nginx-socketio-port-wrong' ? 'socketio_port' : 'webserver_port'
        const port = Number(ports.wrong)
        return {
          steps: [setKeys(look.facts.commonConfig.path, { [key]: port }, `Set ${key} to ${port}, where it listens`)],
          commands: [setConfig(null, key, port)],
        }
      },
    },
    {
      ...{ id: 'only-site', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Let nginx name the only site there is',
      plan: (look, { id, subject }) => {
        const { nginx, sites } = look.facts
        const [site, ...more] = sites
        if (id !== 'nginx-site-header-wrong' || nginx === null || site === undefined || more.length > 0) return null
        const pattern = new RegExp(`X-Frappe-Site-Name\\s+["']?(${escaped(subject)})["']?\\s*;`)
        return editWords(
          look,
          nginx,
          places(nginx, pattern, () => true, site.name),
          `Let nginx name the site ${site.name}`,
        )
      },
    },
  ],
}
