import { shellWord } from '../../host/shell-word.ts'
import type { TransferRequest } from './request.ts'

const DEFAULT_WAIT = 120

/** The command line that asks for exactly this transfer, whatever directory it is typed in. */
export const transferCommandOf = (request: TransferRequest, benches: { source: string; target: string }): string =>
  [
    `frappe-migrator ${request.clone ? 'clone-site' : 'transfer-server'}`,
    ...options(request, benches).map(shellWord),
  ].join(' ')

function options(request: TransferRequest, benches: { source: string; target: string }): string[] {
  const given = (name: string, value: string | null): string[] => (value === null ? [] : [name, value])
  const flag = (name: string, isSet: boolean): string[] => (isSet ? [name] : [])
  const repeated = (name: string, values: string[] | null): string[] => (values ?? []).flatMap((value) => [name, value])
  const wait = request.waitForJobsSeconds
  return [
    ...['--source-server', request.sourceServer, '--target-server', request.targetServer],
    ...['--site', request.site],
    ...given(request.clone ? '--as' : '--target-domain', request.targetDomain),
    ...['--source-bench', benches.source, '--target-bench', benches.target],
    ...given('--ssh-config', request.sshConfig),
    ...given('--source-admin-option-file', request.sourceAdministratorFile),
    ...given('--admin-option-file', request.administratorFile),
    ...flag('--hold', request.hold),
    ...flag('--rehearse', request.rehearse),
    ...flag('--no-forward', !request.forward && !request.clone),
    ...flag('--keep-quarantine', request.keepQuarantine && !request.clone),
    ...flag('--accept-weak-fence', request.acceptWeakFence),
    ...flag('--install-missing-apps', request.installMissingApps),
    ...repeated('--accept-undecryptable', request.acceptUndecryptable),
    ...given('--wait-for-jobs', wait === DEFAULT_WAIT ? null : String(wait)),
    ...given('--nginx-config', request.nginxConfig),
    ...given('--source-nginx-config', request.sourceNginxConfig),
    ...given('--hosts-file', request.hostsFile),
    ...repeated('--crontab-directory', request.crontabDirectories),
  ]
}
