import type { BenchFacts, SiteFacts } from '../bench/bench-facts.ts'
import { emptyPreview, type Plan, type PlanCheck } from '../execution/plan.ts'
import { answersOfSite, proxyOf } from './site-answers.ts'

/** In the order of the table: what everything rests on first. */
const QUESTIONS = [
  ...['database-reachable', 'redis-reachable', 'configuration-parses', 'schema-of-doctypes', 'indexes-of-doctypes'],
  ...['next-numbers', 'auth-decryption', 'files-of-rows', 'files-without-row', 'pending-patches'],
]

/** A plan without steps: only the questions that can be asked of any site. */
export function standalonePlan(facts: BenchFacts, site: SiteFacts): Plan {
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
      ...QUESTIONS.map((id) => ({ id, phase, params: {} }) as const),
      { id: 'apps-on-bench', phase, params: { apps: facts.apps.map(({ name, version }) => ({ name, version })) } },
      { id: 'scheduler-state', phase, params: { processes: schedulers(facts) } },
      { id: 'no-leftover-directory', phase, params: { oldDirectory: null } },
      ...answersOfSite(facts, phase, { site, hostName: publicName(site), directory: site.name, patienceSeconds: 0 }),
      ...realtimeOf(facts, site, phase),
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

const schedulers = (facts: BenchFacts): number =>
  facts.processManager.running.filter(({ name }) => name === 'schedule').length

function realtimeOf(facts: BenchFacts, site: SiteFacts, phase: PlanCheck['phase']): PlanCheck[] {
  const port = facts.ports.find(({ purpose }) => purpose === 'socketio_port')
  if (port === undefined) return []
  const hostName = publicName(site)
  const benchRuns = facts.servedBy !== 'none'
  const params = {
    hostName,
    door: proxyOf(facts, site, hostName),
    port: port.port,
    listening: port.listening,
    benchRuns,
  }
  return [{ id: 'realtime', phase, params: { ...params, door: params.door && { ...params.door } } }]
}
