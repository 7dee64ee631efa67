import type { Host } from '../host/host.ts'
import { findSupervisorFiles } from '../services/supervisor.ts'
import { findSystemdUnits } from '../services/systemd.ts'
import type { ProcessManagerFacts } from './bench-facts.ts'
import { unreadableFinding } from './machine-files.ts'
import type { Reading } from './reading.ts'

/**
 * Who starts the bench's processes. Files below `config/` are only what bench generated: a manager counts when its own directories name this bench,
 * else the Procfile (`bench start`).
 */
export async function readProcessManager(
  host: Host,
  bench: string,
  benchPaths: string[],
  directories: { supervisor: string[]; systemd: string[] },
): Promise<Reading<Omit<ProcessManagerFacts, 'running'>>> {
  const [supervisor, systemd, procfile] = await Promise.all([
    findSupervisorFiles(host, directories.supervisor, benchPaths),
    findSystemdUnits(host, directories.systemd, benchPaths),
    host.status(`${bench}/Procfile`).catch(() => null),
  ])
  const findings = [
    ...supervisor.unreadable.map((place) => unreadableFinding('supervisor-unreadable', place)),
    ...systemd.unreadable.map((place) => unreadableFinding('systemd-unreadable', place)),
  ]
  return { value: managerOf(supervisor.files, systemd.files, procfile === null ? [] : [`${bench}/Procfile`]), findings }
}

function managerOf(supervisor: string[], systemd: string[], procfile: string[]): Omit<ProcessManagerFacts, 'running'> {
  if (supervisor.length > 0) return { kind: 'supervisor', where: supervisor }
  if (systemd.length > 0) return { kind: 'systemd', where: systemd }
  return { kind: procfile.length > 0 ? 'procfile' : 'none', where: procfile }
}
