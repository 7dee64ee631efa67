/** What only some sites have or ask for, on a bench whose site is an SQLite file. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { renameArguments, start } from '../kill/command.ts'
import { createSqliteStage } from '../kill/sqlite-stage.ts'

async function aStage(t: TestContext) {
  const stage = await createSqliteStage()
  t.after(() => stage.remove())
  const rename = (...more: string[]) =>
    start(stage.benchPath, [...renameArguments(stage.request), ...more], stage.environment).ended
  return { stage, rename, site: (name: string) => join(stage.benchPath, 'sites', name) }
}

for (const flags of [{ maintenance_mode: 1, pause_scheduler: 1 }, { maintenance_mode: 0 }, { pause_scheduler: 1 }]) {
  test(`flags that the administrator had set stay as they were: ${JSON.stringify(flags)}`, async (t) => {
    const { stage, rename, site } = await aStage(t)
    const config = (name: string) => JSON.parse(readFileSync(join(site(name), 'site_config.json'), 'utf8'))
    const flagsOf = ({ maintenance_mode, pause_scheduler }: Record<string, unknown>) => ({
      maintenance_mode,
      pause_scheduler,
    })
    writeFileSync(
      join(site('old.cloud'), 'site_config.json'),
      JSON.stringify({ ...config('old.cloud'), ...flags }, null, 1),
    )
    const begin = await stage.state()
    const renamed = await rename()
    assert.equal(renamed.code, 0, renamed.stderr)
    assert.deepEqual(flagsOf(config('new.domain')), flagsOf(flags as Record<string, unknown>))
    const proof = await stage.command('verify-migration').ended
    assert.equal(proof.code, 0, proof.stdout)
    assert.equal((await stage.command('rollback').ended).code, 0)
    assert.equal(await stage.state(), begin)
  })
}

test('--rebuild-search: the search finds the new name, and after a rollback the old one', async (t) => {
  const { stage, rename, site } = await aStage(t)
  const found = (name: string, words: string): number => {
    const directory = join(site(name), 'db')
    const file = join(directory, readdirSync(directory).find((one) => one.endsWith('.db')) ?? '')
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      return Number(
        database.prepare('SELECT COUNT(*) AS n FROM __global_search WHERE content MATCH ?').get(words)?.['n'],
      )
    } finally {
      database.close()
    }
  }
  const renamed = await rename('--rebuild-search')
  assert.equal(renamed.code, 0, renamed.stderr)
  assert.ok(found('new.domain', '"new domain handbook"') > 0)
  assert.equal(found('new.domain', '"old cloud handbook"'), 0)
  const back = await stage.command('rollback').ended
  assert.equal(back.code, 0, back.stderr)
  assert.ok(found('old.cloud', '"old cloud handbook"') > 0)
  assert.equal(found('old.cloud', '"new domain handbook"'), 0)
})
