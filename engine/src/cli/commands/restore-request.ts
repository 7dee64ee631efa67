import { resolve } from 'node:path'
import { MigratorError } from '../../host/errors.ts'
import type { RestoreRequest } from '../../workflows/restore-site/request.ts'
import type { AttendedOptions } from '../options.ts'

export interface RestoreOptions extends AttendedOptions {
  as?: string
  backupFile?: string
  backupDir?: string
  publicFiles?: string
  privateFiles?: string
  siteConfig?: string
  adminOptionFile?: string
  backupKeyFile?: string
  acceptUndecryptable?: string[]
  plan?: boolean
  details?: boolean
  out?: string
  planFile?: string
  waitForJobs: string
}

const usage = (code: string, message: string, hint: string): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, untouched: 'Nothing was changed.', hint })

const EXAMPLE = 'frappe-migrator restore-site --site erp.example.com --backup-file FILE --plan'

/** Options that say what a plan file says already. */
const PLANNED = [
  ['--site', 'site'],
  ['--as', 'as'],
  ['--backup-file', 'backupFile'],
  ['--backup-dir', 'backupDir'],
  ['--public-files', 'publicFiles'],
  ['--private-files', 'privateFiles'],
  ['--site-config', 'siteConfig'],
  ['--accept-undecryptable', 'acceptUndecryptable'],
] as const

/** The request of a command line. @throws MigratorError `options-contradict`, `backup-missing`, `site-missing`, `number-invalid` */
export function restoreRequest(options: RestoreOptions): RestoreRequest {
  if (options.out !== undefined && !options.plan)
    throw usage('options-contradict', '--out saves a plan, and --plan is missing.', 'Add --plan, or leave --out away.')
  if (options.backupFile !== undefined && options.backupDir !== undefined)
    throw usage('options-contradict', '--backup-file and --backup-dir both say which backup.', 'Give one of them.')
  if (options.backupFile === undefined && options.backupDir === undefined)
    throw usage('backup-missing', 'Which backup? --backup-file or --backup-dir is missing.', EXAMPLE)
  if (options.site === undefined && options.as === undefined)
    throw usage('site-missing', 'Which site? --site is missing (or --as, for a new one).', EXAMPLE)
  const seconds = Number(options.waitForJobs)
  if (!/^\d+(\.\d+)?$/.test(options.waitForJobs) || seconds > 86_400)
    throw usage(
      'number-invalid',
      `--wait-for-jobs ${JSON.stringify(options.waitForJobs)} is no number of seconds.`,
      'Give seconds, at most a day: --wait-for-jobs 300',
    )
  const path = (file: string | undefined) => (file === undefined ? null : resolve(file))
  return {
    site: options.site ?? null,
    as: options.as ?? null,
    backupFile: path(options.backupFile),
    backupDirectory: path(options.backupDir),
    publicFiles: path(options.publicFiles),
    privateFiles: path(options.privateFiles),
    siteConfig: path(options.siteConfig),
    administratorFile: path(options.adminOptionFile),
    backupKeyFile: path(options.backupKeyFile),
    acceptUndecryptable: options.acceptUndecryptable ?? [],
    waitForJobsSeconds: seconds,
    nginxConfig: path(options.nginxConfig),
    hostsFile: path(options.hostsFile),
    crontabDirectories: options.crontabDirectory?.map((directory) => resolve(directory)) ?? null,
  }
}

/** @throws MigratorError `options-contradict` */
export function refuseBesidePlanFile(options: RestoreOptions): void {
  const given = PLANNED.filter(([, key]) => options[key] !== undefined).map(([name]) => name)
  if (given.length === 0) return
  throw usage(
    'options-contradict',
    `--plan-file runs exactly the saved plan, so it does not go with ${given.join(', ')}.`,
    'Leave them away, or make a new plan with them: --plan --out FILE',
  )
}
