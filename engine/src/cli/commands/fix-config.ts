import type { MachinePlaces } from '../../checks/finding-gone.ts'
import type { Knowledge } from '../../diagnosis/knowledge/load.ts'
import { appendOutcome, readOutcomes } from '../../diagnosis/outcomes/outcome-file.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import { startRun } from '../../execution/start-run.ts'
import { refuseUnfinished } from '../../execution/unfinished.ts'
import { usageError } from '../../host/errors.ts'
import { type RepairEntry, renderRepairs } from '../../report/render-repairs.ts'
import { shownAll } from '../../report/shown.ts'
import { terminalStyle } from '../../report/style.ts'
import { lookAndPropose, type Mended, type MendRequest, mendBench } from '../../workflows/fix-config/mend-bench.ts'
import type { Planned, Proposal } from '../../workflows/fix-config/proposals.ts'
import { repairs } from '../../workflows/fix-config/registry.ts'
import { attend, confirm } from '../attendance.ts'
import { concludeRun, progressEvents } from '../finish-run.ts'
import type { AttendedOptions } from '../options.ts'
import { printJson } from '../print-json.ts'
import { entryOf } from '../repair-entry.ts'
import { openSession } from '../session.ts'

interface FixOptions extends AttendedOptions {
  autoFix?: boolean
  only?: string
  plan?: boolean
  learn?: boolean
  supervisorctl?: string
}

type Attended = ReturnType<typeof attend>

/** `fix-config`: look, repair one fault after the other with proof, leave or guide through the rest. */
export async function fixConfig(options: FixOptions): Promise<number> {
  const knowledge = await (await import('../../diagnosis/knowledge/load.ts')).loadKnowledge()
  refuseUnknown(options.only, knowledge)
  const { host, benchPath } = await openSession(options)
  await refuseUnfinished(host, benchPath)
  const request: MendRequest = {
    ...{ host, benchPath, site: options.site ?? null, only: options.only ?? null, places: placesOf(options) },
    supervisorctl: supervisorctlOf(options),
    outcomes: options.learn === false ? [] : readOutcomes().outcomes,
  }
  const attended = attend(options)
  try {
    const asked = options.autoFix === true || options.yes === true || attended.interactive
    const mended = options.plan || !asked ? await planned(request) : await mend(request, options, attended)
    const shownOnly = options.plan === true || !asked
    const entries = mended.map((one) => entryOf(one, knowledge.causes, benchPath, shownOnly))
    print(entries, benchPath, options, shownOnly)
    return attended.stop.aborted ? 130 : exitCode(entries)
  } finally {
    attended.release()
  }
}

const placesOf = ({ nginxConfig, hostsFile, crontabDirectory }: FixOptions): MachinePlaces => ({
  ...(nginxConfig === undefined ? {} : { nginxConfig }),
  ...(hostsFile === undefined ? {} : { hostsFile }),
  ...(crontabDirectory === undefined ? {} : { crontabDirectories: crontabDirectory }),
})

function supervisorctlOf({ supervisorctl }: FixOptions): [string, ...string[]] {
  const [program = 'supervisorctl', ...rest] = (supervisorctl ?? 'supervisorctl').split(' ')
  return [program, ...rest]
}

/** @throws MigratorError `cause-unknown` */
function refuseUnknown(only: string | undefined, { causes }: Knowledge): void {
  if (only === undefined) return
  const names = repairs.flatMap(({ id, cause, findings }) => [id, ...findings, ...(cause === null ? [] : [cause])])
  const known = new Set([...names, ...causes.flatMap(({ id, confirmed_by }) => [id, ...confirmed_by])])
  if (known.has(only)) return
  const like = [...known].filter((name) => name.includes(only) || only.includes(name)).slice(0, 5)
  throw usageError(
    'cause-unknown',
    `${only} is no cause, finding or repair that is known.`,
    like.length > 0 ? `Perhaps: ${like.join(', ')}` : 'See what there is: frappe-migrator analyze-site --json',
  )
}

/** What would be done; nothing is. */
async function planned(request: MendRequest): Promise<Mended[]> {
  const { proposals } = await lookAndPropose(request)
  return proposals.map((proposal) => {
    const [first] = proposal.planned
    return {
      ...{ finding: proposal.finding, proposal, run: null },
      ...{ state: first === undefined ? 'guided' : 'left', chosen: first ?? null },
    }
  })
}

function mend(request: MendRequest, options: FixOptions, attended: Attended): Promise<Mended[]> {
  const { host, benchPath } = request
  const runPlan = async (plan: Plan) => {
    // A failed proof is taken back at once: the next remedy is what is asked about.
    const environment = openEnvironment(host, plan, {
      ...{ ...attended, interactive: false, onConflict: 'keep' },
      onEvent: progressEvents(),
    })
    const { run, outcome } = await startRun(environment, plan)
    await concludeRun(run, outcome, { json: true })
    return { run: run.id, outcome: outcome.outcome }
  }
  const learned = ({ finding, repair }: Proposal, { remedy }: Planned, passed: boolean): void => {
    if (options.learn === false || repair === null) return
    const { cause, id } = repair
    const time = new Date().toISOString()
    const seen = finding.evidence.replaceAll(benchPath, '<bench>')
    appendOutcome({
      time,
      finding: finding.id,
      cause,
      repair: id,
      remedy: remedy.id,
      seen,
      done: remedy.describe,
      passed,
    })
  }
  return mendBench(request, { agrees: agreement(options, attended), runPlan, learned, stop: attended.stop })
}

const agreement =
  (options: FixOptions, attended: Attended) =>
  async ({ finding }: Proposal, { remedy, plan }: Planned): Promise<boolean> => {
    if (options.yes) return true
    // What is only foreseen was confirmed by nothing yet.
    if (options.autoFix && remedy.risk === 'low' && finding.predicted === undefined) return true
    if (!attended.interactive) return false
    const steps = plan.steps.map(({ describe }) => `  ${describe}`).join('\n')
    process.stderr.write(`\n${shownAll(`${finding.title}\n  seen: ${finding.evidence}\n${steps}`)}\n`)
    return confirm(`Do this now (risk ${remedy.risk}; it can be taken back)?`)
  }

function print(entries: RepairEntry[], benchPath: string, options: FixOptions, shownOnly: boolean): void {
  if (options.json) {
    printJson(shownAll({ bench: benchPath, planned: shownOnly, faults: entries }))
    return
  }
  const has = (state: RepairEntry['state'], risk: RepairEntry['risk']) =>
    entries.some((one) => one.state === state && one.risk === risk)
  const next = [
    ...(has('planned', 'low') ? ['To make the repairs of low risk: frappe-migrator fix-config --auto-fix'] : []),
    ...(has('planned', 'medium') || has('left', 'medium')
      ? ['To make those of medium risk too: frappe-migrator fix-config --yes (one alone: add --only FINDING)']
      : []),
  ]
  process.stdout.write(`${renderRepairs(entries, benchPath, next, terminalStyle(process.stdout))}\n`)
}

/** 0 all repaired or nothing to do · 1 a repair failed and was taken back · 2 something is left, planned or guided · 5 attention. */
function exitCode(entries: RepairEntry[]): number {
  const has = (...states: RepairEntry['state'][]) => entries.some(({ state }) => states.includes(state))
  if (has('interrupted')) return 130
  if (has('attention')) return 5
  if (has('failed')) return 1
  return has('left', 'guided', 'planned') ? 2 : 0
}
