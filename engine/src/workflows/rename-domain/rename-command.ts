import { shellWord } from '../../host/shell-word.ts'
import type { RenameRequest } from './request.ts'

const DEFAULT_WAIT = 120

/** The command line that asks for exactly this rename, whatever directory it is typed in. */
export const commandOf = (request: RenameRequest, benchPath: string): string =>
  ['frappe-migrator rename-domain', ...[...options(request), '--bench', benchPath].map(shellWord)].join(' ')

function options(request: RenameRequest): string[] {
  const given = (name: string, value: string | null): string[] => (value === null ? [] : [name, value])
  const repeated = (name: string, values: string[] | null): string[] => (values ?? []).flatMap((value) => [name, value])
  const { renameDirectory, waitForJobsSeconds: wait } = request
  return [
    ...['--source', request.source, '--target', request.target],
    ...given('--site', request.site),
    ...given('--rename-directory', renameDirectory === 'auto' ? null : renameDirectory),
    ...repeated('--also-rewrite', request.alsoRewrite),
    ...given('--url', request.url),
    ...repeated('--include', request.include),
    ...repeated('--exclude', request.exclude),
    ...given('--certificate', request.certificate),
    ...given('--certificate-key', request.certificateKey),
    ...(request.redirect ? [] : ['--no-redirect']),
    ...(request.rebuildSearch ? ['--rebuild-search'] : []),
    ...(request.deep ? ['--deep'] : []),
    ...given('--wait-for-jobs', wait === DEFAULT_WAIT ? null : String(wait)),
    ...given('--nginx-config', request.nginxConfig),
    ...given('--hosts-file', request.hostsFile),
    ...repeated('--crontab-directory', request.crontabDirectories),
  ]
}
