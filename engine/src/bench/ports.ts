import type { Listener, ProcessFacts } from '../host/host.ts'
import type { PortFacts } from './bench-facts.ts'
import { belongsToBench, commandLabel } from './bench-processes.ts'
import { numberAt } from './config-keys.ts'
import type { Finding } from './finding.ts'
import { parseWrittenHost } from './host-name.ts'
import type { Reading } from './reading.ts'
import { redisUrls } from './redis-urls.ts'

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/

/** Ports of bench's own defaults (bench/config/common_site_config.py): a configuration without the key means these. */
export const DEFAULT_WEB_PORT = 8000
const DEFAULT_SOCKETIO_PORT = 9000

function configuredPorts(common: Record<string, unknown> | null): { purpose: string; port: number; host: string }[] {
  const here = '127.0.0.1'
  const watcher = numberAt(common, 'file_watcher_port')
  const ports = [
    { purpose: 'webserver_port', port: numberAt(common, 'webserver_port') ?? DEFAULT_WEB_PORT, host: here },
    { purpose: 'socketio_port', port: numberAt(common, 'socketio_port') ?? DEFAULT_SOCKETIO_PORT, host: here },
    ...(watcher === null ? [] : [{ purpose: 'file_watcher_port', port: watcher, host: here }]),
  ]
  for (const { key, url } of redisUrls(common)) {
    const address = parseWrittenHost(url.replace(/^rediss?:\/\//, '').replace(/^.*@/, ''))
    if (address === null || url.startsWith('unix:') || !LOCAL.test(address.host)) continue
    ports.push({ purpose: key, port: address.port ?? 6379, host: address.host })
  }
  return ports
}

/** The bench's ports on this machine and who listens on them; servers elsewhere have no listener to see. */
export function readPorts(
  common: Record<string, unknown> | null,
  listeners: Listener[],
  processes: ProcessFacts[],
  benchPaths: string[],
): Reading<PortFacts[]> {
  const findings: Finding[] = []
  const value = configuredPorts(common).map(({ purpose, port, host }): PortFacts => {
    const listening = listeners.filter((listener) => listener.port === port)
    const pid = listening.find((listener) => listener.pid !== null)?.pid
    const process = processes.find((candidate) => candidate.pid === pid)
    if (process === undefined) return { purpose, port, host, listening: listening.length > 0, owner: null }
    const owner = {
      pid: process.pid,
      command: commandLabel(process.argv),
      belongsToBench: belongsToBench(process, benchPaths),
    }
    // Whose process it is can only be told when its working directory may be seen.
    if (!owner.belongsToBench && process.directory !== null) {
      findings.push({
        id: 'port-of-another',
        severity: purpose.startsWith('redis') ? 'information' : 'warning',
        title: `Port ${port} (${purpose}) is held by a process that does not belong to this bench.`,
        evidence: `process ${owner.pid} in ${process.directory}: ${owner.command}`,
        remedies: [`Choose another ${purpose} in common_site_config.json, or stop that process.`],
        subject: purpose,
      })
    }
    return { purpose, port, host, listening: true, owner }
  })
  return { value, findings }
}
