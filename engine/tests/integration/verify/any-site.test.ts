/** `verify-migration` on a site that no run knows, as it is typed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { migrator } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-any-site-'))
const bench = join(home, 'bench')
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

const verify = (...more: string[]) =>
  migrator(bench, [
    'verify-migration',
    '--nginx-config',
    join(home, 'none'),
    '--hosts-file',
    join(home, 'none'),
    ...more,
  ])

let databasePath = ''
before(async () => {
  databasePath = (await createSandboxBench({ directory: bench })).databasePath
})

/** A reader of an SQLite database in WAL mode leaves these beside it. */
const withoutWal = (tree: string[]): string[] => tree.filter((line) => !/\.db-(?:wal|shm) /.test(line))

test('a healthy site passes, and asking leaves no trace', async () => {
  const tree = withoutWal(treeOf(bench))
  const { code, stdout, stderr } = await verify()
  assert.equal(code, 0, stdout + stderr)
  assert.match(stdout, /^ok {3}Tables and columns of all DocTypes are there +\d+ DocTypes with \d+ fields$/m)
  assert.match(stdout, /^ok {3}Apps of the site are on the bench +frappe /m)
  assert.match(stdout, /\nVerdict: passed/)
  assert.deepEqual(withoutWal(treeOf(bench)), tree)
})

test('a table that is not there fails it with exit 2, in the table and as data', async () => {
  const database = new DatabaseSync(databasePath)
  database.exec('ALTER TABLE tabToDo RENAME TO lost')
  database.close()
  const { code, stdout } = await verify()
  assert.equal(code, 2)
  assert.match(stdout, /^FAIL Tables and columns of all DocTypes .* no table of ToDo$/m)
  const data = JSON.parse((await verify('--json')).stdout)
  assert.equal(data.verdict, 'failed')
  assert.deepEqual(
    data.checks
      .filter((check: { status: string }) => check.status === 'failed')
      .map((check: { id: string }) => check.id),
    ['schema-of-doctypes'],
  )
})

test('a backup that is not there is wrong usage', async () => {
  const { code, stderr } = await verify('--backup-file', join(home, 'none.sql.gz'))
  assert.equal(code, 3)
  assert.match(stderr, /There is no .*none\.sql\.gz/)
})
