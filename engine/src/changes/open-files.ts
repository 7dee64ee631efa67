import type { Host } from '../host/host.ts'

/** Who holds a file open. `sure` is false where the files of some process may not be seen. */
export interface Holders {
  pids: number[]
  sure: boolean
}

/** Everything that find(1) takes for a pattern stands for itself. */
const literally = (path: string): string => path.replaceAll(/[*?[\]\\]/g, '\\$&')

/** Processes that hold a file open now, by the links in /proc. */
export async function holdersOf(host: Host, path: string): Promise<Holders> {
  const real = await host.realPath(path)
  const { exitCode, stdout, stderr } = await host.run({
    argv: [
      'find',
      '/proc',
      '-mindepth',
      '3',
      '-maxdepth',
      '3',
      '-path',
      '/proc/[0-9]*/fd/*',
      '-lname',
      literally(real),
    ],
    timeoutMilliseconds: 10_000,
  })
  const pids = new Set([...stdout.matchAll(/^\/proc\/(\d+)\/fd\//gm)].map(([, pid]) => Number(pid)))
  // A process that ended meanwhile is no secret; one that may not be looked into is.
  return { pids: [...pids], sure: exitCode === 0 || !/ermission denied/.test(stderr) }
}
