import type { FileStatus, Host } from '../../host/host.ts'
import { readTextFile } from '../../services/text-file.ts'

/** A user as the kernel judges one: by numbers. */
export interface Accessor {
  name: string
  userId: number
  groupIds: Set<number>
}

const BITS = { read: 4, write: 2, enter: 1 }

/** Whether a user may do something with a file, by its mode alone (access lists and capabilities are not seen). */
export function may(user: Accessor, what: keyof typeof BITS, status: FileStatus): boolean {
  if (user.userId === 0) return true
  const shift = status.userId === user.userId ? 6 : user.groupIds.has(status.groupId) ? 3 : 0
  return ((status.mode >> shift) & BITS[what]) !== 0
}

/** A user of this machine by name or number, with its groups; null when passwd(5) does not know it. */
export async function findUser(host: Host, wanted: string | number): Promise<Accessor | null> {
  const [users, groups] = await Promise.all([readTextFile(host, '/etc/passwd'), readTextFile(host, '/etc/group')])
  const fields = (read: typeof users) =>
    read.state === 'read' ? read.text.split('\n').map((line) => line.split(':')) : []
  const entry = fields(users).find(([name, , id]) => name === wanted || id === String(wanted))
  const [name, , id, group] = entry ?? []
  if (name === undefined || id === undefined) {
    return typeof wanted === 'number' ? { name: String(wanted), userId: wanted, groupIds: new Set() } : null
  }
  const more = fields(groups).flatMap(([, , number, members]) =>
    members?.split(',').includes(name) ? [Number(number)] : [],
  )
  return { name, userId: Number(id), groupIds: new Set([Number(group), ...more]) }
}

/** The first directory on the way to a path that a user may not enter, or the path itself when it may not be read; null: all is open. */
export async function firstClosed(
  host: Host,
  user: Accessor,
  path: string,
): Promise<{ path: string; status: FileStatus } | null> {
  const real = await host.realPath(path).catch(() => null)
  if (real === null) return null
  const parts = real.split('/').filter((part) => part !== '')
  for (let length = 0; length <= parts.length; length += 1) {
    const place = `/${parts.slice(0, length).join('/')}`
    const status = await host.status(place).catch(() => null)
    if (status === null) return null
    if (status.kind === 'directory' ? !may(user, 'enter', status) : !may(user, 'read', status))
      return { path: place, status }
  }
  return null
}
