import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { databaseOf } from '../bench/database-address.ts'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import { type Reach, reachOf } from '../database/mariadb/drop-database.ts'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { Change, ChangeContext, Obstacle } from './change.ts'
import { editJson } from './edit-json.ts'
import type { KeyEdit } from './json-keys.ts'
import { readText } from './json-text.ts'
import { KeptConfiguration } from './keep-configuration.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'

const Params = z.object({
  /** The site's configuration. */
  path: z.string(),
  /** The bench's, whose keys hold where the site's have none. */
  commonPath: z.string(),
  database: z.string(),
  /** The step that made it. */
  madeBy: z.string(),
  /** The account has to be named too: something names another one. */
  namesUser: z.boolean(),
  /** The step that kept the key of the backup, where that one replaces the site's; null: its own stays. */
  keyFrom: z.string().nullable(),
})
type Params = z.infer<typeof Params>

/** Digests: of the file before; of the address it led to, null where it led nowhere; and whether a database answered there. */
type Before = { sha256: string; oldAddress: string | null; answered: boolean }

/** Lets the site use the new database, by the keys of its configuration alone: nobody's rights are needed, and none to go back. */
export const switchDatabase: Change<Params, Before, { sha256: string }> = {
  kind: 'switch-database',
  undo: 'exact',
  params: Params,
  describe: ({ database, keyFrom, path }) =>
    `Let the site use the database ${database}${keyFrom === null ? '' : ' and the encryption key of the backup'} (${path})`,
  inspect: async (context, params, { before }) =>
    before ? editJson.inspect(context, await editOf(context, params), { before }) : { state: 'pending' },
  prepare: async (context, params) => ({
    sha256: await storeFile(context, Buffer.from(await readText(context, params.path))),
    ...(await storeOldAddress(context, params)),
  }),
  apply: async (context, params, before) => editJson.apply(context, await editOf(context, params), before),
  revert: async (context, params, before, after) =>
    editJson.revert(context, await editOf(context, params), before, after),
  needs: (context, params, before) => {
    const key = params.keyFrom === null ? null : keyOf(context, params.keyFrom)
    return [storedFile(context, before.sha256), ...(key === null ? [] : [storedFile(context, key)])]
  },
  lookBeforeRevert: async (context, params, before, after) => [
    ...((await editJson.lookBeforeRevert?.(context, await editOf(context, params), before, after)) ?? []),
    ...(await databaseOfBefore(context, before)),
  ],
}

/** Digest of the kept key; null when there is none. */
const keyOf = (context: ChangeContext, step: string): string | null =>
  KeptConfiguration.parse(context.afterOf(step)).key

async function editOf(context: ChangeContext, params: Params) {
  const made = z.object({ address: z.string() }).parse(context.afterOf(params.madeBy))
  const { database, user, password } = await readKeptAddress(keptPath(context.vault, made.address))
  const kept = params.keyFrom === null ? null : keyOf(context, params.keyFrom)
  const key = kept === null ? null : (await readStored(context, kept)).toString()
  const edits: KeyEdit[] = [
    { keys: ['db_name'], value: database },
    { keys: ['db_password'], value: password },
    ...(params.namesUser ? [{ keys: ['db_user'], value: user }] : []),
    ...(key === null ? [] : [{ keys: ['encryption_key'], value: key }]),
  ]
  return { path: params.path, edits, purpose: '' }
}

/** What the site goes back to must still be there, if it was. */
async function databaseOfBefore(context: ChangeContext, { oldAddress, answered }: Before): Promise<Obstacle[]> {
  if (oldAddress === null || !answered) return []
  const address = await readKeptAddress(keptPath(context.vault, oldAddress))
  if ((await reachOf(address)) === 'open') return []
  const what = `the database of before, ${address.database}, is gone or lets its account in no more`
  return [{ what, remedy: `Bring ${address.database} and its account back.` }]
}

/** What cleanup will drop. A configuration that names no database has nothing to drop. */
async function storeOldAddress(context: ChangeContext, { path, commonPath }: Params): Promise<Omit<Before, 'sha256'>> {
  const common = (await context.host.status(commonPath)) === null ? null : await objectIn(context, commonPath)
  const site = { name: basename(dirname(path)), path: dirname(path), configPath: path }
  const { database } = databaseOf(site, await objectIn(context, path), common).value
  if (database === null) return { oldAddress: null, answered: false }
  const text = JSON.stringify(database)
  await storeFile(context, Buffer.from(text))
  const answered = database.kind === 'mariadb' && (await reachOf(database).catch(unreachable)) === 'open'
  return { oldAddress: sha256Of(Buffer.from(text)), answered }
}

/** A server that does not answer is one more way of not being there. */
function unreachable(error: unknown): Reach {
  if (error instanceof MigratorError) return 'no-access'
  throw error
}

async function objectIn(context: ChangeContext, path: string): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readText(context, path)))
}
