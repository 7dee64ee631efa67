import type { Plan } from '../execution/plan.ts'
import { RenameRequest } from '../workflows/rename-domain/request.ts'
import { asTyped, shellWord } from './typed-as.ts'

const DEFAULT_WAIT = 120

/** The command line that asks for exactly what this plan shows. */
export function renameCommand(plan: Plan): string {
  const parsed = RenameRequest.safeParse(plan.request)
  const words = parsed.success ? options(parsed.data) : ['--source', plan.site.oldName, '--target', plan.site.newName]
  return asTyped(['frappe-migrator rename-domain', ...[...words, '--bench', plan.benchPath].map(shellWord)].join(' '))
}

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
