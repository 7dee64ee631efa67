import type { Host } from '../host/host.ts'
import { filesMentioning, type Unreadable } from './text-file.ts'

export const SYSTEMD_DIRECTORIES = ['/etc/systemd/system', '/usr/local/lib/systemd/system']

/** systemd units and timers that name the bench. Targets name only other units, so they follow from the services. */
export function findSystemdUnits(
  host: Host,
  directories: string[],
  benchPaths: string[],
): Promise<{ files: string[]; unreadable: Unreadable[] }> {
  return filesMentioning(host, directories, ['.service', '.timer', '.socket'], benchPaths)
}
