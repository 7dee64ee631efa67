import type { BenchFacts } from '../bench/bench-facts.ts'
import { belongsToBench, commandLabel } from '../bench/bench-processes.ts'
import type { Host } from '../host/host.ts'

/** What rewrites databases or code while it runs; a worker or a web server does not. */
const BUSY = /^(migrate|restore|update|reinstall|drop-site|install-app|uninstall-app)$/

/** Processes that change databases or code of this bench at this moment. */
export async function busyProcesses(
  host: Host,
  facts: Pick<BenchFacts, 'path'>,
): Promise<{ pid: number; command: string }[]> {
  return (await host.processes())
    .filter(
      (process) =>
        process.argv.some((word) => BUSY.test(word)) &&
        process.argv.some((word) => /(^|\/)bench$|bench_helper/.test(word)),
    )
    .filter((process) => belongsToBench(process, [facts.path]))
    .map((process) => ({ pid: process.pid, command: commandLabel(process.argv) }))
}
