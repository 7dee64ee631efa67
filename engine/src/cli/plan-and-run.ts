import { resolve } from 'node:path'
import type { RunEnvironment } from '../execution/environment.ts'
import type { Plan } from '../execution/plan.ts'
import { confirm } from './attendance.ts'
import { type PlanFile, refuseMoved } from './commands/plan-file.ts'
import { type PlanView, refuseBlocked, savePlan, showPlan, textOfPlan } from './plan-output.ts'
import { nothingDone, printJson } from './print-json.ts'
import { unlessStopped } from './unless-stopped.ts'

const INTERRUPTED = 130

/** The options every command has that plans before it runs. */
export interface PlanningOptions {
  plan?: boolean
  out?: string
  planFile?: string
  details?: boolean
  yes?: boolean
  json?: boolean
}

export interface PlannedCommand {
  /** As in "The rename was not begun". */
  what: string
  stored: Pick<PlanFile<unknown>, 'path' | 'plan'> | null
  /** Surveys and plans, changing nothing; broken off by the signal. */
  prepare(signal: AbortSignal): Promise<Plan>
  /** Where a plan has nothing to do, says so and answers the exit code; else null. */
  nothingToDo?(plan: Plan): Promise<number | null>
  question(plan: Plan): string
  /** Runs the plan that was agreed to; answers the exit code. */
  run(plan: Plan): Promise<number>
}

/** What every command does that changes a site: plan, show, confirm, run. Answers the exit code. */
export async function planAndRun(
  options: PlanningOptions,
  attended: Pick<RunEnvironment, 'interactive' | 'stop'>,
  command: PlannedCommand,
): Promise<number> {
  const json = options.json === true
  const plan = await unlessStopped(attended.stop, (signal) => command.prepare(signal))
  if (plan === null) {
    process.stderr.write('Stopped while planning. Nothing was changed.\n')
    if (json) printJson({ run: null, outcome: 'interrupted' })
    return INTERRUPTED
  }
  if (command.stored) refuseMoved(command.stored, plan)
  const nothing = await command.nothingToDo?.(plan)
  if (nothing != null) return nothing
  const view = viewOf(options)
  if (options.plan) {
    await savePlan(plan, options.out)
    return showPlan(plan, view, json)
  }
  refuseBlocked(plan, view, json, command.what)
  if (attended.interactive && !options.yes) {
    process.stderr.write(`${textOfPlan(plan, process.stderr, view)}\n`)
    if (!(await confirm(command.question(plan)))) {
      process.stderr.write('Nothing was changed.\n')
      if (json) printJson(nothingDone())
      return 0
    }
  }
  return command.run(plan)
}

function viewOf({ details, out, planFile }: PlanningOptions): PlanView {
  const saved = out ?? planFile
  return { details: details === true, savedAs: saved === undefined ? null : resolve(saved) }
}
