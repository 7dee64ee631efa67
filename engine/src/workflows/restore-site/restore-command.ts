import { shellWord } from '../../host/shell-word.ts'
import type { RestoreRequest } from './request.ts'

const DEFAULT_WAIT = 120

/** The command line that asks for exactly this restore, whatever directory it is typed in. */
export const restoreCommandOf = (request: RestoreRequest, benchPath: string): string =>
  ['frappe-migrator restore-site', ...[...options(request), '--bench', benchPath].map(shellWord)].join(' ')

function options(request: RestoreRequest): string[] {
  const given = (name: string, value: string | null): string[] => (value === null ? [] : [name, value])
  const repeated = (name: string, values: string[] | null): string[] => (values ?? []).flatMap((value) => [name, value])
  const wait = request.waitForJobsSeconds
  return [
    ...given('--site', request.site),
    ...given('--as', request.as),
    ...given('--backup-file', request.backupFile),
    ...given('--backup-dir', request.backupDirectory),
    ...given('--public-files', request.publicFiles),
    ...given('--private-files', request.privateFiles),
    ...given('--site-config', request.siteConfig),
    ...given('--admin-option-file', request.administratorFile),
    ...given('--backup-key-file', request.backupKeyFile),
    ...repeated('--accept-undecryptable', request.acceptUndecryptable),
    ...given('--wait-for-jobs', wait === DEFAULT_WAIT ? null : String(wait)),
    ...given('--nginx-config', request.nginxConfig),
    ...given('--hosts-file', request.hostsFile),
    ...repeated('--crontab-directory', request.crontabDirectories),
  ]
}
