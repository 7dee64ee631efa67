import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ServerPlace } from './server-place.ts'
import type { DatabaseAddress } from './site-database.ts'

/** An address as the vault of a run keeps it: with its password, so nowhere else. */
const KeptAddress = z.union([
  ServerPlace.extend({
    kind: z.literal('mariadb'),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
  z.object({ kind: z.literal('sqlite'), path: z.string() }),
])

export type MariadbKept = Extract<DatabaseAddress, { kind: 'mariadb' }>

/** Where the vault keeps the file of this digest. */
export const keptPath = (vault: string, sha256: string): string => join(vault, `file-${sha256}`)

/**
 * The address of a MariaDB database that a run made or replaced.
 * @throws Error when the vault holds no such file, or one of another kind
 */
export async function readKeptAddress(path: string): Promise<MariadbKept> {
  const address: DatabaseAddress = KeptAddress.parse(JSON.parse(await readFile(path, 'utf8')))
  if (address.kind !== 'mariadb') throw new Error(`${path} is no address of a MariaDB database`)
  return address
}
