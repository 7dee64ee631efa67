/** The interface on real Frappe sites: all of their rows, keys, sequences and MyISAM tables. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { CellUpdate, SiteDatabase } from '../../../src/database/site-database.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'

const data = process.env['MIGRATOR_SHARED_DATA'] ?? path.resolve(import.meta.dirname, '../../../../../shared/data')
const absent = existsSync(path.join(data, 'site-v15')) ? false : `no real site data at ${data}`

let server: MariadbServer
before(async () => {
  server = await startMariadb()
})
after(() => server.stop())

for (const { name, host, atLeast } of [
  { name: 'site-v15', host: 'old.cloud', atLeast: 500 },
  { name: 'site-v14', host: 'erp.example.org', atLeast: 10 },
]) {
  test(`${name}: every hit can be changed and changed back, the digest tells`, { skip: absent }, async () => {
    const database = await importSite(name)
    const start = await database.digest()
    assert.deepEqual(await database.digest({ parallel: 1 }), start)
    const cells = await cellsWith(database, host)
    assert.ok(cells.length >= atLeast, `${cells.length} cells`)
    const writer = await database.openWriter(1000)
    const changed = await writer.updateCells(cells)
    const tally = Map.groupBy(changed, ({ outcome }) => outcome)
    assert.equal(tally.get('moved'), undefined)
    assert.notEqual((await database.digest()).sha256, start.sha256)
    assert.equal((await cellsWith(database, host)).length, 0)
    await writer.updateCells(cells.map((cell) => ({ ...cell, before: cell.after, after: cell.before })))
    await writer.close()
    assert.deepEqual(await database.digest(), start)
    await database.close()
  })
}

test('site-v15: a sequence that moved and one changed byte both show', { skip: absent }, async () => {
  const site = { database: '_site_v15', user: '_site_v15', password: 'site' }
  const database = await openSiteDatabase({
    kind: 'mariadb',
    host: '127.0.0.1',
    port: server.port,
    socket: null,
    ...site,
  })
  const start = await database.digest()
  await server.sql(
    "UPDATE tabUser SET first_name = CONCAT(first_name, ' ') WHERE name = 'Administrator'",
    site.database,
  )
  const byte = await database.digest()
  assert.deepEqual(differing(start, byte), ['tabUser'])
  await server.sql(
    "UPDATE tabUser SET first_name = LEFT(first_name, CHAR_LENGTH(first_name) - 1) WHERE name = 'Administrator'",
    site.database,
  )
  assert.deepEqual(await database.digest(), start)
  await server.sql('DO NEXTVAL(web_form_list_column_id_seq)', site.database)
  assert.deepEqual(differing(start, await database.digest()), ['web_form_list_column_id_seq'])
  await database.close()
})

async function importSite(name: string): Promise<SiteDatabase> {
  const database = `_${name.replace('-', '_')}`
  const site = { database, user: database, password: 'site' }
  await server.importDump(path.join(data, name, 'database.sql.gz'), site)
  return openSiteDatabase({ kind: 'mariadb', host: '127.0.0.1', port: server.port, socket: null, ...site })
}

async function cellsWith(database: SiteDatabase, host: string): Promise<(CellUpdate & { before: string })[]> {
  const tables = await database.tables()
  const keyed = tables.filter(({ primaryKey }) => primaryKey.length > 0)
  const targets = keyed.map((table) => ({
    table: table.name,
    columns: table.columns
      .filter(({ name, dataType }) => /char|text/.test(dataType) && !table.primaryKey.includes(name))
      .map(({ name }) => name),
    alsoReturn: [],
  }))
  const cells: (CellUpdate & { before: string })[] = []
  for await (const { table, row } of database.scan({ targets, needles: [host], parallel: 2 })) {
    const schema = keyed.find(({ name }) => name === table)
    const match = Object.fromEntries((schema?.primaryKey ?? []).map((column) => [column, String(row[column])]))
    for (const [column, value] of Object.entries(row)) {
      if (typeof value !== 'string' || !value.includes(host) || column in match) continue
      cells.push({ table, column, match, before: value, after: value.replaceAll(host, 'n.example') })
    }
  }
  return cells
}

function differing(one: Awaited<ReturnType<SiteDatabase['digest']>>, other: typeof one): string[] {
  return other.tables.filter(({ sha256 }, index) => sha256 !== one.tables[index]?.sha256).map(({ table }) => table)
}
