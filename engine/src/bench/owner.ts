import type { Host } from '../host/host.ts'
import { readTextFile } from '../services/text-file.ts'

export interface Owner {
  userId: number
  name: string
  groupId: number
  /** Home directory; null when the user is not in passwd. */
  home: string | null
}

/** Who owns a path, by name (passwd(5)); an unknown id is its own name. */
export async function readOwner(host: Host, path: string, passwordFile: string): Promise<Owner> {
  const status = await host.status(path)
  const userId = status?.userId ?? -1
  const read = await readTextFile(host, passwordFile)
  const lines = read.state === 'read' ? read.text.split('\n').map((line) => line.split(':')) : []
  const entry = lines.find((fields) => fields[2] === String(userId))
  return { userId, name: entry?.[0] ?? String(userId), groupId: status?.groupId ?? -1, home: entry?.[5] ?? null }
}
