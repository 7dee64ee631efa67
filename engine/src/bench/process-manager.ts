import type { Host } from '../host/host.ts'
import { findSupervisorFiles } from '../services/supervisor.ts'
import { findSystemdUnits } from '../services/systemd.ts'
import type { ProcessManagerFacts } from './bench-facts.ts'

/**
 * Who starts the bench's processes. Files below `config/` are only what bench generated: a manager counts when its own directories name this bench,
 * else the Procfile (`bench start`).
 */
export async function readProcessManager(
  host: Host,
  bench: string,
  benchPaths: string[],
  directories: { supervisor: string[]; systemd: string[] },
): Promise<Omit<ProcessManagerFacts, 'running'>> {
  const [supervisor, systemd, procfile] = await Promise.all([
    findSupervisorFiles(host, directories.supervisor, benchPaths),
    findSystemdUnits(host, directories.systemd, benchPaths),
    host.status(`${bench}/Procfile`).catch(() => null),
  ])
  if (supervisor.length > 0) return { kind: 'supervisor', where: supervisor }
  if (systemd.length > 0) return { kind: 'systemd', where: systemd }
  return procfile === null ? { kind: 'none', where: [] } : { kind: 'procfile', where: [`${bench}/Procfile`] }
}
