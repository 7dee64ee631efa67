import type { LeftoverFacts, SiteFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './reading.ts'

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1'])

/** Two sites with the same key use the same database. A socket is a server of this machine, taken to be the one on the default port. */
function databaseKey({ database, databaseKind, databaseName }: SiteFacts, realPath: string): string | null {
  if (database?.kind === 'mariadb') {
    const host = database.host === null || LOOPBACK.has(database.host) ? 'this machine' : database.host.toLowerCase()
    return `mariadb ${database.database} at ${host}:${database.port ?? 3306}`
  }
  if (database?.kind === 'sqlite') return `sqlite ${database.path.replace(/^.*(?=\/db\/)/, realPath)}`
  return databaseKind === 'postgres' && databaseName !== null ? `postgres ${databaseName}` : null
}

/**
 * Sites that share a database: the scheduler runs every job of it once for each directory
 * (frappe/utils/__init__.py get_sites lists directories). A link to another site's directory is that site itself.
 */
export function findDuplicateDatabases(sites: SiteFacts[]): Reading<LeftoverFacts[]> {
  const groups = new Map<string, SiteFacts[]>()
  const seenPaths = new Set<string>()
  for (const site of [...sites].sort((a, b) => Number(a.linkTarget !== null) - Number(b.linkTarget !== null))) {
    const realPath = site.linkTarget ?? site.path
    if (seenPaths.has(realPath)) continue
    seenPaths.add(realPath)
    const key = databaseKey(site, realPath)
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), site])
  }
  const reading: Reading<LeftoverFacts[]> = { value: [], findings: [] }
  for (const [key, group] of groups) {
    if (group.length < 2) continue
    for (const site of group) {
      const others = group.filter((other) => other !== site).map((other) => other.name)
      reading.value.push({ path: site.path, kind: 'same-database', detail: `same database as ${others.join(', ')}` })
      const finding: Finding = {
        id: 'duplicate-database',
        severity: 'critical',
        title: `Site ${site.name} uses the same database as ${others.join(', ')}.`,
        evidence: `${key}: ${group.map(({ config }) => config.path).join(', ')}`,
        cause: 'A copied or left-over site directory; the scheduler runs every job once for each of them.',
        remedies: ['Move the directory that is not the site out of sites/, or give it a database of its own.'],
        subject: site.name,
      }
      reading.findings.push(finding)
    }
  }
  return reading
}
