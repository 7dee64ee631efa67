import { resolve } from 'node:path'
import { openEnvironment } from '../../execution/open-environment.ts'
import { startRun } from '../../execution/start-run.ts'
import { refuseUnfinished } from '../../execution/unfinished.ts'
import { prepareRestore } from '../../workflows/restore-site/prepare.ts'
import { RestoreRequest } from '../../workflows/restore-site/request.ts'
import { attend } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import { refuseUnwritable } from '../given-files.ts'
import { planAndRun } from '../plan-and-run.ts'
import { runSecrets } from '../run-secrets.ts'
import { withSearchProgress } from '../search-progress.ts'
import { openSession } from '../session.ts'
import { readPlanFile } from './plan-file.ts'
import { type RestoreOptions, refuseBesidePlanFile, restoreRequest } from './restore-request.ts'

/** `restore-site`: plan, show, confirm, run, report. */
export async function restoreSite(options: RestoreOptions): Promise<number> {
  if (options.out !== undefined) await refuseUnwritable(options.out)
  if (options.planFile !== undefined) refuseBesidePlanFile(options)
  const stored =
    options.planFile === undefined ? null : await readPlanFile(options.planFile, 'restore-site', RestoreRequest)
  const request = stored?.request ?? restoreRequest(options)
  const bench = options.bench ?? stored?.plan.benchPath
  const session = await openSession({ ...options, ...(bench === undefined ? {} : { bench }) })
  await refuseUnfinished(session.host, session.benchPath)
  const attended = attend(options)
  const secrets = runSecrets({ ...request, ...filesNow(options), interactive: attended.interactive })
  try {
    const administrator = await secrets.administrator()
    return await planAndRun(options, attended, {
      what: 'restore',
      stored,
      prepare: (signal) =>
        withSearchProgress(
          (onProgress) =>
            prepareRestore(session.host, session.benchPath, request, {
              signal,
              administrator,
              backupKey: secrets.backupKey,
              onProgress,
            }),
          process.stderr,
          Date.now,
          { describe: 'Read the bench, and the backup to its end (nothing is changed)', doing: 'reading' },
        ),
      question: ({ site }) =>
        site.isNew
          ? `Make the site ${site.newName} from this backup now?`
          : `Replace the content of ${site.newName} with this backup now? What it holds is kept until cleanup.`,
      run: async (plan) => {
        const events = { onEvent: progressEvents(), onConflict: 'keep' as const }
        const environment = openEnvironment(session.host, plan, { ...attended, ...secrets, ...events })
        const { run, outcome } = await startRun(environment, plan)
        return finishRun(run, outcome, { json: options.json === true })
      },
    })
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
