import type { Finding } from '../../bench/finding.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import { siteNamed } from '../../bench/site-named.ts'
import { surveyBench } from '../../bench/survey.ts'
import { analyzeBench } from '../../checks/analysis/analyze-bench.ts'
import type { MachinePlaces } from '../../checks/finding-gone.ts'
import type { Outcome } from '../../diagnosis/outcomes/outcome.ts'
import type { RunOutcome } from '../../execution/execute.ts'
import type { Plan } from '../../execution/plan.ts'
import type { Host } from '../../host/host.ts'
import { type Planned, type Proposal, proposeRepairs } from './proposals.ts'
import type { RepairLook } from './repair.ts'

export interface MendRequest {
  host: Host
  benchPath: string
  /** Any name of the site that alone is looked at; null: all. */
  site: string | null
  only: string | null
  places: MachinePlaces
  supervisorctl: [string, ...string[]]
  outcomes: readonly Outcome[]
}

/** What became of one finding. */
export interface Mended {
  finding: Finding
  proposal: Proposal
  /** guided: nothing can be done for it by itself · left: nobody said yes · failed: every remedy was taken back. */
  state: 'repaired' | 'failed' | 'left' | 'guided' | 'attention' | 'interrupted'
  /** The remedy that was applied, or that was left. */
  chosen: Planned | null
  run: string | null
}

export interface MendActions {
  /** Whether a remedy is applied now. */
  agrees(proposal: Proposal, planned: Planned): Promise<boolean>
  runPlan(plan: Plan): Promise<{ run: string; outcome: RunOutcome['outcome'] }>
  /** Told after each remedy that ran to its proof. */
  learned(proposal: Proposal, planned: Planned, passed: boolean): void
  stop: AbortSignal
}

/** Looks at the bench: what is wrong, and what could be done about each. Changes nothing. */
export async function lookAndPropose(request: MendRequest): Promise<{ look: RepairLook; proposals: Proposal[] }> {
  const { host, benchPath, places, supervisorctl } = request
  const facts = await surveyBench(host, benchPath, places)
  const site = request.site === null ? null : siteNamed(facts, request.site)
  const all = await analyzeBench(host, facts, { sites: site === null ? facts.sites : [site], supervisorctl })
  const findings = site === null ? all : findingsForSite({ ...facts, findings: all }, site)
  const look: RepairLook = { host, facts, findings, places, supervisorctl }
  return { look, proposals: await proposeRepairs(look, { ...request, now: new Date() }) }
}

/** Numbers change from look to look (ages, process numbers): the same fault is not taken up twice. */
const keyOf = ({ finding: { id, subject, evidence } }: Proposal): string =>
  `${id}\n${subject}\n${evidence.replaceAll(/\d+/g, '#')}`

/**
 * Mends one finding after the other. After each repair the bench is looked at anew, since one fault often hides another: a file that
 * cannot be read hides what is wrong in it.
 */
export async function mendBench(request: MendRequest, actions: MendActions): Promise<Mended[]> {
  const mended: Mended[] = []
  const handled = new Set<string>()
  let { proposals } = await lookAndPropose(request)
  for (;;) {
    const proposal = proposals.find((one) => !handled.has(keyOf(one)))
    if (proposal === undefined || actions.stop.aborted) return mended
    handled.add(keyOf(proposal))
    const one = await mendOne(proposal, actions)
    mended.push(one)
    if (one.state === 'attention' || one.state === 'interrupted') return mended
    if (one.state === 'repaired') proposals = (await lookAndPropose(request)).proposals
  }
}

async function mendOne(proposal: Proposal, { agrees, runPlan, learned }: MendActions): Promise<Mended> {
  const { finding } = proposal
  let last: Planned | null = null
  for (const planned of proposal.planned) {
    if (!(await agrees(proposal, planned)))
      return { finding, proposal, state: last === null ? 'left' : 'failed', chosen: last ?? planned, run: null }
    last = planned
    const { run, outcome } = await runPlan(planned.plan)
    if (outcome === 'done' || outcome === 'rolled-back') learned(proposal, planned, outcome === 'done')
    if (outcome === 'done') return { finding, proposal, state: 'repaired', chosen: planned, run }
    if (outcome === 'attention' || outcome === 'interrupted')
      return { finding, proposal, state: outcome, chosen: planned, run }
  }
  return { finding, proposal, state: last === null ? 'guided' : 'failed', chosen: last, run: null }
}
