import { canonicalHost } from '../../bench/host-name.ts'
import { benchCheck, type Found } from './analysis-check.ts'

const LOOPBACK = /^(?:127\.|::1$|0\.0\.0\.0$)/

const finds = {
  'hosts-file-points-elsewhere': "the hosts file gives a site's name an address that is not this machine's",
  'hosts-file-stale': 'the hosts file leads a name here that no site has (any more)',
}
type Id = keyof typeof finds

/** Whether the hosts file leads the sites' names to this machine. */
export const hostsFile = benchCheck({
  id: 'hosts-file',
  title: 'The hosts file leads the sites here',
  area: 'proxy',
  finds,
  run: async ({ facts, host }) => {
    const own = new Set(host.addresses().map((address) => address.toLowerCase()))
    const names = new Map(
      facts.sites.flatMap((site) => site.names.map((name) => [canonicalHost(name.host), site.name] as const)),
    )
    return facts.hostsEntries.flatMap(({ path, line, address, names: listed, text }) => {
      const here = LOOPBACK.test(address) || own.has(address.toLowerCase())
      return listed.flatMap((listedName): Found<Id>[] => {
        const site = names.get(canonicalHost(listedName))
        if (site !== undefined && !here) {
          return [
            {
              ...{
                id: 'hosts-file-points-elsewhere',
                severity: 'warning',
                subject: site,
                evidence: `${path}:${line}: ${text}`,
              },
              title: `The hosts file leads ${listedName} to ${address}, which is not this machine.`,
              cause:
                'The site moved, or the machine has a new address. The site cannot reach itself (PDF images, socket.io).',
              remedies: [`sudo sed -i '${line}s/^[^ \\t]*/127.0.0.1/' ${path}`],
            },
          ]
        }
        const addedByBench =
          address === '127.0.0.1' &&
          listed.length === 1 &&
          /\.[a-z]/i.test(listedName) &&
          !/local(?:host|domain)|\.local$/i.test(listedName)
        if (site !== undefined || !addedByBench || own.has(listedName)) return []
        return [
          {
            ...{ id: 'hosts-file-stale', severity: 'information', subject: path, evidence: `${path}:${line}: ${text}` },
            title: `The hosts file leads ${listedName} here, and no site of this bench has that name.`,
            cause: '`bench add-to-hosts` writes such lines and never removes them.',
            remedies: [`If no other program needs it: sudo sed -i '${line}d' ${path}`],
          },
        ]
      })
    })
  },
})
