import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import type { Host } from '../../host/host.ts'
import type { AnalysisCheck, AnalysisContext, BenchCheck, SiteCheck } from './analysis-check.ts'
import { type ContextOptions, openContext } from './context.ts'
import { analysisChecks } from './registry.ts'
import { areaOfSurvey } from './survey-areas.ts'

export interface AnalyzeOptions extends Partial<ContextOptions> {
  /** Sites to look at, fully. Default: all where there are at most five; else one of each database server, and the others without asking servers. */
  sites?: SiteFacts[]
  /** Checks to run; default all. */
  checks?: readonly AnalysisCheck[]
  /** Checks of the bench at once. Default 16. */
  concurrency?: number
  /** Sites at once, each with one connection to its database. Default 4. */
  sitesAtOnce?: number
  /** What was not begun after this long is left out. Default 30,000. */
  wholeMilliseconds?: number
  /** Limit of a check that names none. Default 4,000. */
  timeoutMilliseconds?: number
}

type Task = { check: BenchCheck; site: null } | { check: SiteCheck; site: SiteFacts }

const FEW_SITES = 5

/**
 * Everything that is wrong with a bench, found without any error text: what the survey noticed, and what the checks find. Worst first.
 * Never throws for what is broken; a check that fails or takes too long becomes an information finding. Changes nothing.
 */
export async function analyzeBench(host: Host, facts: BenchFacts, options: AnalyzeOptions = {}): Promise<Finding[]> {
  const sites = options.sites ?? usualSites(facts)
  const checks = options.checks ?? analysisChecks
  const { context, close } = await openContext(host, facts, { ...options, sites })
  try {
    const run = {
      context,
      limit: options.timeoutMilliseconds ?? 4000,
      until: Date.now() + (options.wholeMilliseconds ?? 30_000),
    }
    const ofBench = checks.filter((check) => check.scope === 'bench')
    const ofSites = checks.filter((check) => check.scope === 'site')
    const light = ofSites.filter((check) => check.light === true)
    const rest = options.sites === undefined ? facts.sites.filter((site) => !sites.includes(site)) : []
    const [one, other, lightly] = await Promise.all([
      sideBySide(ofBench, options.concurrency ?? 16, (check) => runTask({ check, site: null }, run)),
      sideBySide(sites, options.sitesAtOnce ?? 4, (site) =>
        context.holding(site, () => Promise.all(ofSites.map((check) => runTask({ check, site }, run)))),
      ),
      sideBySide(rest, options.concurrency ?? 16, (site) =>
        Promise.all(light.map((check) => runTask({ check, site }, run))),
      ),
    ])
    const found = [...one, ...other.flat(), ...lightly.flat()]
    const told = found.flatMap(({ check, findings }) =>
      (check.replaces ?? []).flatMap((id) =>
        findings.flatMap(({ subject }) => subject.split(', ').map((one) => `${id} ${one}`)),
      ),
    )
    const replaced = new Set(told)
    const survey = facts.findings
      .filter(({ id, subject }) => !replaced.has(`${id} ${subject}`))
      .map((finding) => ({ ...finding, area: finding.area ?? areaOfSurvey(finding) }))
    return worstFirst(withoutRepeats([...survey, ...found.flatMap(({ findings }) => findings)]))
  } finally {
    close()
  }
}

/** All of a small bench; of a large one a site for each database server, so that a server that is down is seen. */
function usualSites({ sites }: BenchFacts): SiteFacts[] {
  if (sites.length <= FEW_SITES) return sites
  const servers = new Map<string, SiteFacts>()
  for (const site of sites) {
    const { database } = site
    const server =
      database?.kind === 'mariadb' ? (database.socket ?? `${database.host}:${database.port}`) : site.databaseKind
    if (!servers.has(server)) servers.set(server, site)
  }
  return [...servers.values()]
}

async function sideBySide<Item, Result>(
  items: Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) results.push(await work(item))
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane))
  return results
}

const start = (task: Task, context: AnalysisContext): Promise<Finding[]> =>
  task.site === null ? task.check.run(context) : task.check.run(context, task.site)

interface Run {
  context: AnalysisContext
  limit: number
  until: number
}

interface Outcome {
  check: AnalysisCheck
  findings: Finding[]
}

/** One run within its limit; what breaks becomes a finding that says what could not be seen. */
async function runTask(task: Task, run: Run): Promise<Outcome> {
  return { check: task.check, findings: await findingsOf(task, run) }
}

async function findingsOf(task: Task, { context, limit, until }: Run): Promise<Finding[]> {
  const { check, site } = task
  const milliseconds = check.timeoutMilliseconds ?? limit
  const of = site === null ? '' : ` of ${site.name}`
  const unseen = (id: string, title: string, evidence: string): Finding[] => [
    {
      ...{ id, severity: 'information', title, evidence, area: check.area },
      remedies: ['Run it again; if it stays, look at this part by hand.'],
      subject: site?.name ?? check.id,
    },
  ]
  if (Date.now() > until) {
    return unseen(
      'check-timeout',
      `"${check.title}"${of} was not begun: the whole took too long.`,
      `${check.id}: earlier checks used up the time`,
    )
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding[]>((resolve) => {
    const title = `"${check.title}"${of} took too long and was left out.`
    const give = () => resolve(unseen('check-timeout', title, `${check.id}: no answer after ${milliseconds} ms`))
    timer = setTimeout(give, milliseconds)
  })
  try {
    const findings = await Promise.race([start(task, context), late])
    return findings.map((finding) => ({ ...finding, area: finding.area ?? check.area }))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return unseen('check-failed', `"${check.title}"${of} could not be looked at.`, `${check.id}: ${words}`)
  } finally {
    clearTimeout(timer)
  }
}

/** Several sites may see the same fault of one server. */
function withoutRepeats(findings: Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ id, subject, evidence }) => {
    const key = `${id} ${subject} ${evidence}`
    const fresh = !seen.has(key)
    seen.add(key)
    return fresh
  })
}

const RANK: Record<Finding['severity'], number> = { critical: 0, warning: 1, information: 2 }

function worstFirst(findings: Finding[]): Finding[] {
  const order = ({ severity, subject, id, evidence }: Finding) => `${RANK[severity]} ${subject} ${id} ${evidence}`
  return findings.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
