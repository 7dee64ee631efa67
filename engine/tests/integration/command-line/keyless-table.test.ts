import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { migrator } from '../../servers/migrator.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-keyless-'))
const bench = join(home, 'bench')
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

test('rows that cannot be changed one by one, since their table has no key, are counted in the plan', async () => {
  const { databasePath } = await createSandboxBench({ directory: bench })
  const database = new DatabaseSync(databasePath)
  database.exec(
    'CREATE TABLE kept AS SELECT * FROM `tabWeb Page`; DROP TABLE `tabWeb Page`; ALTER TABLE kept RENAME TO `tabWeb Page`',
  )
  const count = database.prepare('SELECT COUNT(*) AS held FROM `tabWeb Page` WHERE main_section LIKE ?')
  const held = Number(count.get('%old.cloud%')?.['held'])
  database.close()
  assert.ok(held > 0)
  const parameters = ['--source', 'old.cloud', '--target', 'new.domain', '--plan', '--nginx-config', join(home, 'none')]
  const { code, stdout, stderr } = await migrator(bench, ['rename-domain', ...parameters])
  assert.equal(code, 2, stderr)
  const [, told] = /tabWeb Page \((\d+) values\): the table has no primary key/.exec(stdout) ?? []
  assert.ok(Number(told) >= held, stdout)
})
