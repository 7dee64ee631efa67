import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import {
  administratorMissing,
  hasDatabase,
  isEmptyDatabase,
  makeDatabase,
  withAdministrator,
} from '../database/mariadb/administration.ts'
import { connect } from '../database/mariadb/connection.ts'
import { dropDatabase, reachOf } from '../database/mariadb/drop-database.ts'
import { ServerPlace } from '../database/server-place.ts'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { writtenSince } from './imported-tables.ts'
import { storedFile, storeFile } from './stored-file.ts'

const Params = z.object({
  server: ServerPlace,
  database: z.string(),
  user: z.string(),
  hosts: z.array(z.string()),
  characterSet: z.string(),
  collation: z.string(),
  /** The step that fills it: what that one left is what a rollback may drop. */
  filledBy: z.string(),
})
type Params = z.infer<typeof Params>

/** Digest under which the vault keeps the address with its password. */
type Made = { address: string }

const NOTHING = 'No database was made.'

/**
 * Makes an empty database beside all others, with an account of its own, so that switching to it, switching back and dropping it need
 * nobody's help. An administrator is needed here, and to drop the account.
 */
export const createDatabase: Change<Params, Made, Made> = {
  kind: 'create-database',
  undo: 'exact',
  params: Params,
  describe: ({ database, user, hosts, characterSet, collation }) =>
    `Create the database ${database} (${characterSet}, ${collation}) and its account ${hosts.map((host) => `${user}@${host}`).join(', ')}`,
  inspect: async (context, _params, { before }) => {
    if (!before) return { state: 'pending' }
    const reach = await reachOf(await readKeptAddress(keptPath(context.vault, before.address)))
    return { state: reach === 'open' ? 'applied' : 'pending' }
  },
  prepare: async (context, params) => {
    const { server, database, user } = params
    const account = await administratorOf(context, database)
    await withAdministrator(server, account, async (connection) => {
      if (await hasDatabase(connection, database)) throw taken(database)
    })
    const password = randomBytes(18).toString('base64url')
    const address = { kind: 'mariadb', ...server, user, password, database }
    return { address: await storeFile(context, Buffer.from(JSON.stringify(address))) }
  },
  apply: async (context, params, before) => {
    const address = await readKeptAddress(keptPath(context.vault, before.address))
    if ((await reachOf(address)) !== 'open') {
      const account = await administratorOf(context, params.database)
      await withAdministrator(params.server, account, async (connection) => {
        // What a process of ours that was killed here has made is empty. Another bench's may have got the same name since.
        if (!(await isEmptyDatabase(connection, params.database))) throw taken(params.database)
        await makeDatabase(connection, { ...params, password: address.password })
      })
    }
    // From where the bench goes, as the account: a grant for another host is found out here, not by the first visitor.
    await (await connect(address, 'read')).end()
    return before
  },
  revert: async (context, params, before, after) => {
    const address = await readKeptAddress(keptPath(context.vault, before.address))
    if (context.onConflict === 'keep' && (await reachOf(address)) === 'open') {
      const written = await writtenSince(context, params.filledBy, address)
      if (written.length) return [keptDatabase(params.database, written)]
    }
    const dropped = await dropDatabase(address, params.hosts, () => context.administrator())
    return [
      ...(dropped.database === 'left' ? [after === undefined ? mayBeLeft(params.database) : leftDatabase(params)] : []),
      ...(dropped.database !== 'left' && dropped.account === 'left' ? [leftAccount(params)] : []),
    ]
  },
  needs: (context, _params, before) => [storedFile(context, before.address)],
}

async function administratorOf(context: ChangeContext, database: string) {
  const account = await context.administrator()
  if (account === null) throw administratorMissing(`Making the database ${database}`, NOTHING)
  return account
}

const taken = (database: string): MigratorError =>
  new MigratorError({
    code: 'database-taken',
    kind: 'failed',
    message: `There is a database ${database} already, and it was not there when the plan was made.`,
    untouched: 'It was not touched.',
    hint: 'Make the plan again: it chooses a name that is free.',
    failureClass: 'configuration',
  })

const SHOWN = 6

const keptDatabase = (database: string, written: string[]): Kept => ({
  what: `the database ${database}`,
  left: 'as restored',
  now: `written to since (${written.slice(0, SHOWN).join(', ')}${written.length > SHOWN ? `, and ${written.length - SHOWN} more tables` : ''}); it stays until cleanup, or goes with --on-conflict restore`,
})

const leftDatabase = ({ database, user }: Params): Kept => ({
  what: `the database ${database}`,
  left: 'as restored',
  now: `not dropped: its account ${user} no longer gets in, so nothing proves that it is still the one that was made. Look into it; as an administrator: DROP DATABASE IF EXISTS \`${database}\``,
})

const mayBeLeft = (database: string): Kept => ({
  what: `the database ${database}`,
  left: 'not there',
  now: `may have been made, empty; as an administrator: DROP DATABASE IF EXISTS \`${database}\``,
})

const leftAccount = ({ user, hosts }: Params): Kept => ({
  what: `the database account ${user}`,
  left: 'not there',
  now: `stays, without any database; as an administrator: ${hosts.map((host) => `DROP USER IF EXISTS '${user}'@'${host}'`).join('; ')}`,
})
