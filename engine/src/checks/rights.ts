import { dirname } from 'node:path'
import { z } from 'zod'
import type { Host } from '../host/host.ts'
import { mountPointsOf } from '../host/mount-points.ts'
import type { Check } from './check.ts'

const Params = z.object({
  /** Files that will be edited and directories in which something is renamed, as the bench's owner. */
  writable: z.array(z.string()),
  /** What root does: `write /etc/hosts`. */
  privileged: z.array(z.string()),
  /** The whole command to type instead, which has root; plans of earlier versions have none. */
  asRoot: z.string().exactOptional(),
})

/** A file that is not there yet needs its directory; one of somebody else could be replaced, but not with its owner kept. */
async function mayWrite(host: Host, path: string): Promise<boolean> {
  const found = await host.status(path)
  const real = found ? await host.realPath(path) : path
  const target = found?.kind === 'directory' ? real : dirname(real)
  const file = found && found.kind !== 'directory' ? await host.status(real) : null
  if (file && host.userId !== 0 && file.userId !== host.userId) return false
  // A file that is a mount point of its own (a container's) cannot be replaced: it is written in place.
  const written = file && (await mountPoints(host)).has(real) ? real : target
  return (await host.run({ argv: ['test', '-w', written] })).exitCode === 0
}

const mountPoints = async (host: Host): Promise<Set<string>> =>
  mountPointsOf((await host.readFile('/proc/self/mountinfo')).toString())

/** Files are replaced by rename, so it is their directory that must be writable. */
export const rights: Check = {
  id: 'rights',
  title: 'Files may be written',
  run: async (context, params) => {
    const { writable, privileged, asRoot } = Params.parse(params)
    const refused: string[] = []
    for (const path of writable) if (!(await mayWrite(context.host, path))) refused.push(path)
    if (refused.length) {
      return {
        status: 'failed',
        critical: true,
        evidence: `${context.host.userName} may not write ${refused.join(', ')}`,
        remedy: 'Run the command as the owner of the bench, or give the files back to it (chown, not chmod 777).',
      }
    }
    if (privileged.length === 0)
      return { status: 'passed', critical: true, evidence: `${writable.length} places writable` }
    const way = await context.host.privilege()
    if (way === 'none') {
      return {
        status: 'failed',
        critical: true,
        evidence: `root is needed to ${privileged.join(', ')}, and sudo asks ${context.host.userName} for a password`,
        remedy: `Let root start it; it goes on as the owner of the bench and uses root for these alone${asRoot === undefined ? '' : `: ${asRoot}`}`,
      }
    }
    return {
      status: 'passed',
      critical: true,
      evidence: `${writable.length} places writable; by ${way}, root will ${privileged.join(', ')}`,
    }
  },
}
