import type { BenchFacts, SiteFacts } from '../bench/bench-facts.ts'
import { emptyPreview, type Plan } from '../execution/plan.ts'
import { answersOfSite } from './site-answers.ts'

/** A plan without steps: only the questions that can be asked of any site. */
export function standalonePlan(facts: BenchFacts, site: SiteFacts): Plan {
  const ids = ['database-reachable', 'redis-reachable', 'auth-decryption', 'files-of-rows', 'configuration-parses']
  const phase = 'verify_migration'
  return {
    format: 1,
    command: 'rename-domain',
    createdAt: new Date().toISOString(),
    benchPath: facts.path,
    site: { oldName: site.name, newName: site.name, oldDirectory: site.name, newDirectory: site.name },
    request: null,
    binding: [],
    steps: [],
    checks: [
      ...ids.map((id) => ({ id, phase, params: {} }) as const),
      { id: 'no-leftover-directory', phase, params: { oldDirectory: null } },
      ...answersOfSite(facts, phase, { site, hostName: publicName(site), directory: site.name, patienceSeconds: 0 }),
    ],
    preview: emptyPreview(),
    findings: [],
  }
}

/** The name visitors use: host_name, else one that nginx serves, else the directory's. */
function publicName(site: SiteFacts): string {
  const from = (source: string) => site.names.find((name) => name.sources.some((one) => one.from === source))?.host
  return from('host_name') ?? from('nginx') ?? site.name
}
