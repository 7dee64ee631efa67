/** A safety backup, read back by MariaDB's own client. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import { createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { quoteName } from '../../../src/database/mariadb/identifiers.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { SiteDatabase } from '../../../src/database/site-database.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { stageMariadb } from './stage.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb()
})
after(() => server.stop())

/** What a backup must carry over to the letter, beside what every test has. */
const everyObject = `
  CREATE TABLE \`tabÜbersicht\` (name varchar(140) PRIMARY KEY, art enum('groß','klein') DEFAULT 'groß' COMMENT 'Größe') CHARACTER SET utf8mb4;
  INSERT INTO \`tabÜbersicht\` VALUES ('ß\\\\\\n\\r\\0😀', 'klein'), ('x', DEFAULT);
  CREATE TABLE tabBytes (id int PRIMARY KEY, raw longblob, bits bit(12), spot point);
  INSERT INTO tabBytes VALUES (1, UNHEX('${Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('hex')}'), b'101', ST_GeomFromText('POINT(1 2)'));
  CREATE VIEW \`tabGröße\` AS SELECT 'größer' AS art;
  CREATE TRIGGER groesse BEFORE INSERT ON tabBytes FOR EACH ROW SET @art = 'größer als';`
const contents = {
  'all of it UTF-8': `DROP TABLE tabLatin; CREATE TABLE tabLatin (name varchar(140) PRIMARY KEY)`,
  'several character sets': `CREATE TABLE tabMixed (name varchar(140) PRIMARY KEY, sjis text CHARACTER SET sjis, wide text CHARACTER SET utf16,
    latin varchar(40) CHARACTER SET latin1 DEFAULT 'é') CHARACTER SET utf8mb4;
    INSERT INTO tabMixed VALUES ('x', _utf8mb4'ソース表', '😀 wide', DEFAULT), ('y', NULL, '', 'häßlich')`,
}

for (const [name, statements] of Object.entries(contents)) {
  test(`a backup restores to the same digest: ${name}`, async (t) => {
    const stage = await stageMariadb(server)
    t.after(() => stage.end())
    await stage.execute(`SET NAMES utf8mb4; ${everyObject} ${statements}`)
    const tables = (await stage.database.tables()).map((table) => table.name)
    const shapes = async (database: SiteDatabase) => {
      const shown = []
      for (const table of tables) shown.push({ ...(await database.read(`SHOW CREATE TABLE ${quoteName(table)}`))[0] })
      const triggers = await database.read(
        'SELECT action_statement AS body FROM information_schema.triggers WHERE trigger_schema = DATABASE()',
      )
      const [view] = await database.read('SELECT art FROM `tabGröße`')
      return [...shown, triggers.map(({ body }) => body), view?.['art']]
    }
    const file = path.join(stage.directory, 'restored.zst')
    const start = await stage.database.digest()
    const startShapes = await shapes(stage.database)
    assert.match(JSON.stringify(startShapes), /DEFAULT 'groß' COMMENT 'Größe'.*größer als.*größer/)
    await stage.database.backup(file, {})
    const dump = zstdDecompressSync(readFileSync(file)).toString('latin1')
    assert.match(dump, name === 'all of it UTF-8' ? /SET NAMES binary/ : /SET NAMES utf8mb4/)
    const copy = await restore(file)
    try {
      assert.deepEqual((await copy.digest()).tables, start.tables)
      assert.deepEqual(await shapes(copy), startShapes)
    } finally {
      await copy.close()
      await server.sql('DROP DATABASE _restored')
    }
  })
}

async function restore(file: string): Promise<SiteDatabase> {
  const copy = { database: '_restored', user: '_restored', password: 'restored' }
  await server.createDatabase(copy)
  const client = spawn('mariadb', ['--no-defaults', `--socket=${server.socket}`, '--user=root', copy.database], {
    env: { ...process.env, MYSQL_PWD: server.rootPassword },
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const [[code]] = await Promise.all([
    once(client, 'close'),
    pipeline(createReadStream(file), createZstdDecompress(), client.stdin),
  ])
  assert.equal(code, 0)
  return openSiteDatabase({ kind: 'mariadb', host: '127.0.0.1', port: server.port, socket: null, ...copy })
}
