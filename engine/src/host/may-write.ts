import { dirname } from 'node:path'
import type { Host } from './host.ts'
import { mountPointsOf } from './mount-points.ts'

/**
 * Whether this user may write a file or into a directory. Files are replaced by rename, so it is their directory that must be
 * writable. A file that is not there yet needs its directory; one of somebody else could be replaced, but not with its owner
 * kept, nor could one of a group that this user is no member of.
 */
export async function mayWrite(host: Host, path: string): Promise<boolean> {
  const found = await host.status(path)
  const real = found ? await host.realPath(path) : path
  const target = found?.kind === 'directory' ? real : dirname(real)
  const file = found && found.kind !== 'directory' ? await host.status(real) : null
  if (file && host.userId !== 0 && !(file.userId === host.userId && (await groups(host)).has(file.groupId)))
    return false
  // A file that is a mount point of its own (a container's) cannot be replaced: it is written in place.
  const written = file && (await mountPoints(host)).has(real) ? real : target
  return (await host.run({ argv: ['test', '-w', written] })).exitCode === 0
}

const mountPoints = async (host: Host): Promise<Set<string>> =>
  mountPointsOf((await host.readFile('/proc/self/mountinfo')).toString())

const groups = async (host: Host): Promise<Set<number>> =>
  new Set((await host.run({ argv: ['id', '-G'] })).stdout.trim().split(' ').map(Number))
