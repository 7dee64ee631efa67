import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { DatabaseAddress, SiteDatabase } from '../../../src/database/site-database.ts'
import type { MariadbServer } from '../../servers/mariadb.ts'
import { nastySchema, nastySqliteRows } from './nasty-rows.ts'

/** A throwaway site database of one kind, with the nasty rows in it, and a way to change it behind our back. */
export interface Stage {
  database: SiteDatabase
  address: DatabaseAddress
  directory: string
  /** Runs SQL as somebody else: root's client, or another connection to the file. */
  execute(sql: string): Promise<void>
  end(): Promise<void>
}

let count = 0

export async function stageMariadb(server: MariadbServer): Promise<Stage> {
  const name = `_nasty_${process.pid}_${++count}`
  const site = { database: name, user: name, password: 'it\'s "quoted" \\ 100% #;'.replaceAll("'", '’') }
  await server.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
    CREATE USER ${name}@localhost IDENTIFIED BY '${site.password.replaceAll('\\', '\\\\')}';
    GRANT ALL ON ${name}.* TO ${name}@localhost`)
  await server.sql(nastySchema('mariadb').join(';\n'), name)
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-database-test-'))
  const address: DatabaseAddress = { kind: 'mariadb', host: '127.0.0.1', port: server.port, socket: null, ...site }
  const database = await openSiteDatabase(address)
  return {
    database,
    address,
    directory,
    execute: async (sql) => {
      await server.sql(sql, name)
    },
    end: async () => {
      await database.close()
      await server.sql(`DROP DATABASE ${name}; DROP USER ${name}@localhost`)
      await rm(directory, { recursive: true })
    },
  }
}

export async function stageSqlite(): Promise<Stage> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-database-test-'))
  const file = path.join(directory, 'site.db')
  const other = new DatabaseSync(file)
  other.exec('PRAGMA journal_mode = WAL')
  for (const statement of nastySchema('sqlite')) other.exec(statement)
  nastySqliteRows(other)
  const address: DatabaseAddress = { kind: 'sqlite', path: file }
  const database = await openSiteDatabase(address)
  return {
    database,
    address,
    directory,
    execute: async (sql) => other.exec(sql),
    end: async () => {
      await database.close()
      other.close()
      await rm(directory, { recursive: true })
    },
  }
}
