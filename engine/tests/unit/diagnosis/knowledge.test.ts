import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compiledCauses } from '../../../src/diagnosis/knowledge/compile.ts'
import { lintKnowledge } from '../../../src/diagnosis/knowledge/lint.ts'
import { shippedCauses, shippedDirectory } from '../../../src/diagnosis/knowledge/shipped.ts'
import { tryCases } from '../../../src/diagnosis/knowledge/try-cases.ts'
import { matcherOf } from '../../../src/diagnosis/match/match-causes.ts'

test('every shipped case is named by the rules alone', () => {
  const { causes, cases } = lintKnowledge(shippedDirectory())
  const failed = tryCases(matcherOf(causes), cases).filter(({ outcome }) => outcome === 'failed')
  assert.deepEqual(
    failed.map(({ cause, number }) => `${cause} #${number}`),
    [],
  )
})

test("the causes of the tool's specification keep their names", async () => {
  const ids = new Set((await shippedCauses()).map(({ id }) => id))
  for (const id of [
    'port_conflict',
    'site_misconfiguration',
    'redis_docker_conflict',
    'missing_app',
    'proxy_misconfiguration',
    'redis_issue',
  ])
    assert.ok(ids.has(id), id)
})

test('compiled entries are kept until a file changes; one that is not valid is named', async () => {
  const home = mkdtempSync(join(tmpdir(), 'compiled-'))
  const [folder, cache] = [join(home, 'knowledge'), join(home, 'cache', 'knowledge.json')]
  const ids = async () => (await compiledCauses(folder, cache)).map(({ id }) => id)
  try {
    mkdirSync(folder)
    cpSync(join(shippedDirectory(), 'missing_app.yaml'), join(folder, 'missing_app.yaml'))
    assert.deepEqual(await ids(), ['missing_app'])
    cpSync(join(shippedDirectory(), 'redis_issue.yaml'), join(folder, 'redis_issue.yaml'))
    assert.deepEqual(await ids(), ['missing_app', 'redis_issue'])
    writeFileSync(cache, 'cut off')
    assert.deepEqual(await ids(), ['missing_app', 'redis_issue'])
    writeFileSync(join(folder, 'missing_app.yaml'), 'id: missing_app')
    await assert.rejects(ids(), { code: 'knowledge-broken', message: /missing_app\.yaml/ })
  } finally {
    rmSync(home, { recursive: true })
  }
})
