import { join } from 'node:path'
import { z } from 'zod'
import { readKeptAddress } from '../database/kept-address.ts'
import { dropDatabase as drop } from '../database/mariadb/drop-database.ts'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({
  /** In the vault of the run that replaced or made the database. */
  addressFile: z.string(),
  database: z.string(),
  /** Hosts of its account, which goes too where it bears the database's name. */
  hosts: z.array(z.string()),
  why: z.string(),
})

/** Drops a database that no site uses any more; runs in cleanup only. */
export const dropDatabase: Change<z.infer<typeof Params>, null, { warning: string } | null> = {
  kind: 'drop-database',
  undo: 'none',
  params: Params,
  describe: ({ database, why }) => `Drop the database ${database} (${why}); it cannot be brought back`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async (context, { database }) => {
    await refuseUsed(context, database)
    return null
  },
  apply: async (context, { addressFile, database, hosts }) => {
    await refuseUsed(context, database)
    const address = await readKeptAddress(addressFile)
    if (address.database !== database) throw new Error(`${addressFile} is the address of another database`)
    // An account of another name may be used for other databases too.
    const own = address.user === database ? hosts : []
    const { database: outcome, account } = await drop(address, own, async () =>
      own.length ? context.administrator() : null,
    )
    if (outcome === 'left')
      return {
        warning: `The account ${address.user} has no access any more. As an administrator: DROP DATABASE \`${database}\``,
      }
    if (account === 'dropped' || own.length === 0) return null
    return {
      warning: `Its account stays, without any database. As an administrator: ${own.map((host) => `DROP USER '${address.user}'@'${host}'`).join('; ')}`,
    }
  },
  revert: async (_context, { database }) => [
    { what: `the database ${database}`, left: 'dropped', now: 'gone: this cannot be undone' },
  ],
}

/** A configuration that cannot be read may be the one that names it: then nothing is dropped. */
async function refuseUsed(context: ChangeContext, database: string): Promise<void> {
  const sites = join(context.benchPath, 'sites')
  for (const name of await context.host.list(sites)) {
    const path = join(sites, name, 'site_config.json')
    if ((await context.host.status(path)) === null) continue
    const text = (await context.host.readFile(path)).toString()
    if (text.includes(JSON.stringify(database).slice(1, -1))) {
      throw new MigratorError({
        code: 'database-in-use',
        kind: 'refused',
        message: `The database ${database} is named by a site's configuration.`,
        evidence: path,
        untouched: 'It was not dropped.',
        hint: 'Look which database the site shall use. The run that keeps this one is then retired by: frappe-migrator cleanup',
        failureClass: 'configuration',
      })
    }
  }
}
