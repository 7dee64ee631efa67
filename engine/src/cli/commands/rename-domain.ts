import { openEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import { startRun } from '../../execution/start-run.ts'
import { refuseUnfinished } from '../../execution/unfinished.ts'
import { renderNothingToDo } from '../../report/render-plan.ts'
import { terminalStyle } from '../../report/style.ts'
import { isNothingToDo } from '../../workflows/rename-domain/plan.ts'
import { prepareRename } from '../../workflows/rename-domain/prepare.ts'
import { RenameRequest } from '../../workflows/rename-domain/request.ts'
import { attend } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import { refuseUnwritable } from '../given-files.ts'
import { planAndRun } from '../plan-and-run.ts'
import { savePlan } from '../plan-output.ts'
import { withSearchProgress } from '../search-progress.ts'
import { openSession, type Session } from '../session.ts'
import { readPlanFile } from './plan-file.ts'
import { type RenameOptions, refuseContradictions, renameRequest } from './rename-request.ts'

/** `rename-domain`: plan, show, confirm, run, report. */
export async function renameDomain(options: RenameOptions): Promise<number> {
  refuseContradictions(options)
  if (options.out !== undefined) await refuseUnwritable(options.out)
  const stored =
    options.planFile === undefined ? null : await readPlanFile(options.planFile, 'rename-domain', RenameRequest)
  const named = stored ? null : await renameRequest(options)
  const session = await openSession({ ...options, ...benchOf(options, stored, named?.benchPath) })
  await refuseUnfinished(session.host, session.benchPath)
  const request = stored?.request ?? named?.request
  if (!request) throw new Error('neither a request nor a plan file')
  const attended = attend(options)
  try {
    return await planAndRun(options, attended, {
      what: 'rename',
      stored,
      prepare: (signal) =>
        withSearchProgress((onProgress) =>
          prepareRename(session.host, session.benchPath, request, {
            signal,
            onProgress,
            profile: named?.profile ?? null,
          }),
        ),
      nothingToDo: async (plan) => (isNothingToDo(plan) ? showNothing(plan, options) : null),
      question: (plan) => `Rename ${plan.site.oldName} to ${plan.site.newName} now?`,
      run: (plan) => runPlan(session, plan, options, attended),
    })
  } finally {
    attended.release()
  }
}

async function runPlan(
  session: Session,
  plan: Plan,
  options: RenameOptions,
  attended: ReturnType<typeof attend>,
): Promise<number> {
  const environment = openEnvironment(session.host, plan, {
    ...attended,
    onEvent: progressEvents(),
    onConflict: 'keep',
  })
  const { run, outcome } = await startRun(environment, plan)
  return finishRun(run, outcome, { json: options.json === true })
}

async function showNothing(plan: Plan, options: RenameOptions): Promise<number> {
  await savePlan(plan, options.out)
  const data = options.plan ? plan : { nothing_to_do: true, site: plan.site, offered: plan.preview.offered }
  const text = options.json ? JSON.stringify(data, null, 2) : renderNothingToDo(plan, terminalStyle(process.stdout))
  process.stdout.write(`${text}\n`)
  return 0
}

function benchOf(
  options: RenameOptions,
  stored: { plan: Plan } | null,
  profiled: string | undefined,
): { bench?: string } {
  const bench = options.bench ?? stored?.plan.benchPath ?? profiled
  return bench === undefined ? {} : { bench }
}
