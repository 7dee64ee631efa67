import { resolve } from 'node:path'
import { openEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import { refuseUnfinished, startRun } from '../../execution/start-run.ts'
import { prepareRestore } from '../../workflows/restore-site/prepare.ts'
import { RestoreRequest } from '../../workflows/restore-site/request.ts'
import { attend, confirm } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import { refuseUnwritable } from '../given-files.ts'
import { type PlanView, refuseBlocked, savePlan, showPlan, textOfPlan } from '../plan-output.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { runSecrets } from '../run-secrets.ts'
import { withSearchProgress } from '../search-progress.ts'
import { openSession } from '../session.ts'
import { unlessStopped } from '../unless-stopped.ts'
import { readPlanFile, refuseMoved } from './plan-file.ts'
import { type RestoreOptions, refuseBesidePlanFile, restoreRequest } from './restore-request.ts'

const INTERRUPTED = 130

/** `restore-site`: plan, show, confirm, run, report. */
export async function restoreSite(options: RestoreOptions): Promise<number> {
  if (options.out !== undefined) await refuseUnwritable(options.out)
  if (options.planFile !== undefined) refuseBesidePlanFile(options)
  const stored =
    options.planFile === undefined ? null : await readPlanFile(options.planFile, 'restore-site', RestoreRequest)
  const request = stored?.request ?? restoreRequest(options)
  const bench = options.bench ?? stored?.plan.benchPath
  const session = await openSession({ ...options, ...(bench === undefined ? {} : { bench }) })
  await refuseUnfinished(session.benchPath)
  const attended = attend(options)
  const secrets = runSecrets({ ...request, ...filesNow(options), interactive: attended.interactive })
  try {
    const [administrator, backupKey] = [await secrets.administrator(), await secrets.backupKey()]
    const plan = await unlessStopped(attended.stop, (signal) =>
      withSearchProgress(
        (onProgress) =>
          prepareRestore(session.host, session.benchPath, request, { signal, administrator, backupKey, onProgress }),
        process.stderr,
        Date.now,
        { describe: 'Read the bench, and the backup to its end (nothing is changed)', doing: 'reading' },
      ),
    )
    if (plan === null) {
      process.stderr.write('Stopped while planning. Nothing was changed.\n')
      if (options.json) printJson({ run: null, outcome: 'interrupted' })
      return INTERRUPTED
    }
    if (stored) refuseMoved(stored, plan)
    const view = viewOf(options)
    if (options.plan) {
      await savePlan(plan, options.out)
      return showPlan(plan, view, options.json === true)
    }
    refuseBlocked(plan, view, options.json === true, 'restore')
    if (attended.interactive && !options.yes && !(await agreed(plan, view))) {
      process.stderr.write('Nothing was changed.\n')
      if (options.json) printJson(nothingDone())
      return 0
    }
    const environment = openEnvironment(session.host, plan, {
      ...attended,
      ...secrets,
      onEvent: progressEvents(),
      onConflict: 'keep',
    })
    const { run, outcome } = await startRun(environment, plan)
    return await finishRun(session.benchPath, run, outcome, { json: options.json === true })
  } finally {
    attended.release()
  }
}

/** Files with secrets may lie elsewhere than when the plan was saved. */
function filesNow({ adminOptionFile, backupKeyFile }: RestoreOptions) {
  return {
    ...(adminOptionFile === undefined ? {} : { administratorFile: resolve(adminOptionFile) }),
    ...(backupKeyFile === undefined ? {} : { backupKeyFile: resolve(backupKeyFile) }),
  }
}

function viewOf({ details, out, planFile }: RestoreOptions): PlanView {
  const saved = out ?? planFile
  return { details: details === true, savedAs: saved === undefined ? null : resolve(saved) }
}

async function agreed(plan: Plan, view: PlanView): Promise<boolean> {
  process.stderr.write(`${textOfPlan(plan, process.stderr, view)}\n`)
  const { newName, isNew } = plan.site
  return confirm(
    isNew
      ? `Make the site ${newName} from this backup now?`
      : `Replace the content of ${newName} with this backup now? What it holds is kept until cleanup.`,
  )
}
