import type { Host } from '../host/host.ts'
import { filesMentioning, type Unreadable } from './text-file.ts'

/** Where supervisord looks for programs (Debian: conf.d/*.conf; Red Hat and old benches: supervisord.d/*.ini). */
export const SUPERVISOR_DIRECTORIES = ['/etc/supervisor/conf.d', '/etc/supervisord.d', '/etc/supervisor.d']

/** supervisord's own files that name the bench; bench links its `config/supervisor.conf` there. */
export function findSupervisorFiles(
  host: Host,
  directories: string[],
  benchPaths: string[],
): Promise<{ files: string[]; unreadable: Unreadable[] }> {
  return filesMentioning(host, directories, ['.conf', '.ini'], benchPaths)
}
