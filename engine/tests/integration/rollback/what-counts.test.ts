/** What a site that goes on living may do without its rename being called a failure, and what may not. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { noOtherPlace } from '../../../src/bench/place.ts'
import { authDecryption } from '../../../src/checks/auth-decryption.ts'
import { type Check, type CheckContext, type CheckResult, runCheck } from '../../../src/checks/check.ts'
import { filesOfRows } from '../../../src/checks/files-of-rows.ts'
import { noLeftoverDirectory } from '../../../src/checks/no-leftover-directory.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { Json } from '../../../src/host/json.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { encryptFernet, paddedBase64Url } from '../../../src/sandbox/fernet-token.ts'
import { createSandboxBench, type SandboxBench } from '../../../src/sandbox/sandbox-bench.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-counts-'))
let bench: SandboxBench
let config: string

before(async () => {
  bench = await createSandboxBench({ directory: join(home, 'bench') })
  config = readFileSync(join(bench.siteDirectory, 'site_config.json'), 'utf8')
})
after(() => rmSync(home, { recursive: true, force: true }))

async function ask(check: Check, baseline?: CheckResult, params: Json = {}): Promise<CheckResult> {
  const database = await openSiteDatabase({ kind: 'sqlite', path: bench.databasePath })
  const context: CheckContext = {
    host: localHost(),
    benchPath: bench.directory,
    siteDirectory: bench.siteDirectory,
    database: async () => database,
    place: noOtherPlace,
    vault: null,
    afterOf: () => undefined,
    baseline: () => baseline,
    signal: new AbortController().signal,
  }
  try {
    return await runCheck(check, context, params)
  } finally {
    await database.close()
  }
}

function sql(statement: string, ...values: string[]): void {
  const database = new DatabaseSync(bench.databasePath)
  database.prepare(statement).run(...values)
  database.close()
}

const token = () => encryptFernet(JSON.parse(config).encryption_key, 'fresh', randomBytes(16), 1)

test('a secret stored or removed meanwhile is no failure; one that opened before and does not now is', async () => {
  const baseline = await ask(authDecryption)
  sql(
    "INSERT INTO `__Auth` (doctype, name, fieldname, password, encrypted) VALUES ('Token Cache', 'new', 'access_token', ?, 1)",
    token(),
  )
  const refreshed = await ask(authDecryption, baseline)
  assert.notEqual(refreshed.status, 'failed', refreshed.evidence)
  sql("DELETE FROM `__Auth` WHERE doctype = 'Token Cache'")
  const removed = await ask(authDecryption, refreshed)
  assert.notEqual(removed.status, 'failed', removed.evidence)

  const key = paddedBase64Url(randomBytes(32))
  writeFileSync(
    join(bench.siteDirectory, 'site_config.json'),
    JSON.stringify({ ...JSON.parse(config), encryption_key: key }),
  )
  const lost = await ask(authDecryption, baseline)
  writeFileSync(join(bench.siteDirectory, 'site_config.json'), config)
  assert.deepEqual([lost.status, lost.critical], ['failed', true])
  assert.match(lost.evidence, /that opened before do not/)
})

test('a row made meanwhile whose file is not there is no failure; a file that was there and is gone is', async () => {
  const baseline = await ask(filesOfRows)
  const columns = 'INSERT INTO `tabFile` (name, creation, file_url) VALUES (?, ?, ?)'
  sql(columns, 'late', '2999-01-01 00:00:00', '/files/never-was.txt')
  const late = await ask(filesOfRows, baseline)
  assert.equal(late.status, 'warning', late.evidence)

  const file = join(bench.siteDirectory, 'public', 'files', 'photo-2.txt')
  const text = readFileSync(file)
  rmSync(file)
  const lost = await ask(filesOfRows, baseline)
  writeFileSync(file, text)
  sql("DELETE FROM `tabFile` WHERE name = 'late'")
  assert.deepEqual([lost.status, lost.critical], ['failed', true])
  assert.match(lost.evidence, /there before: public\/files\/photo-2\.txt/)
})

test('a stray folder under the old name is a warning, a second site there is critical', async () => {
  const oldDirectory = join(bench.directory, 'sites', 'older.cloud')
  mkdirSync(join(oldDirectory, 'logs'), { recursive: true })
  const stray = await ask(noLeftoverDirectory, undefined, { oldDirectory })
  assert.deepEqual([stray.status, stray.critical], ['warning', false])
  writeFileSync(join(oldDirectory, 'site_config.json'), config)
  const second = await ask(noLeftoverDirectory, undefined, { oldDirectory })
  assert.deepEqual([second.status, second.critical], ['failed', true])
  rmSync(oldDirectory, { recursive: true })
  assert.equal((await ask(noLeftoverDirectory, undefined, { oldDirectory })).status, 'passed')
})
