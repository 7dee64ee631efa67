/** Capturing, applying, searching again and taking back, on a real file, while somebody else changes rows in between. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { noOtherPlace } from '../../../src/bench/place.ts'
import { captureRows } from '../../../src/changes/capture-rows.ts'
import type { ChangeContext } from '../../../src/changes/change.ts'
import { rewriteDatabase } from '../../../src/changes/rewrite-database.ts'
import { noOccurrenceLeft } from '../../../src/checks/no-occurrence-left.ts'
import { plannedCells } from '../../../src/checks/planned-cells.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { Json } from '../../../src/host/json.ts'
import { localHost } from '../../../src/host/local/index.ts'
import type { RewriteTarget } from '../../../src/rewriting/targets.ts'

const hosts = [{ from: 'old.cloud', to: 'new.domain' }]
const notSubmitted = [{ column: 'docstatus', test: 'is-not' as const, values: ['1', '2'] }]

const target = (rule: Partial<RewriteTarget['columns'][number]> = {}): RewriteTarget[] => [
  {
    table: 'tabDoc',
    columns: [{ column: 'c', form: 'url', json: false, maximumCharacters: null, where: [], ...rule }],
    singles: [],
  },
]

test('a document submitted between capture and rewrite keeps its value, and the check does not call it forgotten', async (t) => {
  const story = await stage(t, "('draft', 'https://old.cloud/1', 0), ('late', 'https://old.cloud/2', 0)")
  await story.capture(target({ where: notSubmitted }))
  story.site.exec("UPDATE tabDoc SET docstatus = 1 WHERE name = 'late'")
  const rewritten = await story.rewrite()
  assert.deepEqual([rewritten.changed, rewritten.moved], [1, 1])
  assert.deepEqual(story.rows(), { draft: 'https://new.domain/1', late: 'https://old.cloud/2' })
  const check = await plannedCells.run(story.checkContext(), { steps: ['rewrite'] })
  assert.equal(check.status, 'passed')
  assert.match(check.evidence, /^1 of 2 values as planned; 1 changed by the running site since/)
})

test('a document submitted after the rewrite is taken back all the same', async (t) => {
  const story = await stage(t, "('draft', 'https://old.cloud/1', 0)")
  await story.capture(target({ where: notSubmitted }))
  await story.rewrite()
  story.site.exec('UPDATE tabDoc SET docstatus = 1')
  assert.deepEqual(await story.revert('keep'), [])
  assert.deepEqual(story.rows(), { draft: 'https://old.cloud/1' })
})

test('what the last search finds and cannot change is told, not called clean and not searched for again', async (t) => {
  const story = await stage(
    t,
    "('long', 'https://old.cloud/12345', 0), ('bytes', CAST('https://old.cloud/' || X'ff' AS TEXT), 0)",
  )
  const again = await story.searchAgain(target({ maximumCharacters: 23 }))
  assert.deepEqual([again.clean, again.files.length, again.leftOut.cells], [false, 0, 2])
  const check = await noOccurrenceLeft.run(story.checkContext(), { step: 'again' })
  assert.equal(check.status, 'warning')
  assert.match(check.evidence, /^2 value\(s\) still name it and cannot be changed: /)
  assert.match(check.evidence, /tabDoc\.c of "long": the new value does not fit/)
  assert.match(check.evidence, /tabDoc\.c of "bytes": not valid UTF-8/)
})

test('a new value that another row took is refused by name before the site goes down', async (t) => {
  const story = await stage(t, "('a', 'https://old.cloud/', 0), ('b', 'https://new.domain/', 0)", 'UNIQUE')
  await assert.rejects(story.capture(target()), { code: 'value-taken', message: /tabDoc\.c in row "a"/ })
})

test('restoring puts back emptied cells, and lists rows that are gone', async (t) => {
  const story = await stage(
    t,
    ['changed', 'emptied', 'gone'].map((name) => `('${name}', 'https://old.cloud/', 0)`).join(', '),
  )
  await story.capture(target())
  await story.rewrite()
  story.site.exec(`UPDATE tabDoc SET c = 'theirs' WHERE name = 'changed'; UPDATE tabDoc SET c = NULL WHERE name = 'emptied';
    DELETE FROM tabDoc WHERE name = 'gone'`)
  assert.deepEqual(
    (await story.revert('restore')).map(({ what, now }) => [what, now]),
    [['tabDoc.c of "gone"', 'the row is gone']],
  )
  assert.deepEqual(story.rows(), { changed: 'https://old.cloud/', emptied: 'https://old.cloud/' })
})

test('keeping tells an emptied cell from a missing row', async (t) => {
  const story = await stage(t, ['emptied', 'gone'].map((name) => `('${name}', 'https://old.cloud/', 0)`).join(', '))
  await story.capture(target())
  await story.rewrite()
  story.site.exec("UPDATE tabDoc SET c = NULL WHERE name = 'emptied'; DELETE FROM tabDoc WHERE name = 'gone'")
  assert.deepEqual(
    (await story.revert('keep')).map(({ now }) => now),
    ['empty (NULL)', 'the row is gone'],
  )
})

async function stage(t: TestContext, rows: string, constraint = '') {
  const vault = await mkdtemp(path.join(tmpdir(), 'migrator-rewrite-test-'))
  const file = path.join(vault, 'site.db')
  const site = new DatabaseSync(file)
  site.exec(`PRAGMA journal_mode = WAL; CREATE TABLE tabDoc (name text NOT NULL PRIMARY KEY, c varchar(140) ${constraint}, docstatus int);
    INSERT INTO tabDoc VALUES ${rows}`)
  const database = await openSiteDatabase({ kind: 'sqlite', path: file })
  t.after(async () => {
    await database.close()
    site.close()
    await rm(vault, { recursive: true })
  })
  const done = new Map<string, Json>()
  const journals = new Map<string, Record<string, Json | undefined>[]>()
  const common = {
    host: localHost(),
    benchPath: vault,
    vault,
    database: async () => database,
    place: noOtherPlace,
    mayGoOn: async () => false,
    afterOf: (step: string) => done.get(step),
    administrator: async () => null,
    backupKey: async () => null,
    signal: new AbortController().signal,
  }
  const contextOf = (stepId: string, direction: 'apply' | 'revert', onConflict: 'keep' | 'restore'): ChangeContext => {
    const journal = journals.get(stepId) ?? []
    journals.set(stepId, journal)
    return {
      ...common,
      runId: 'test',
      stepId,
      onConflict,
      child: async () => undefined,
      report: () => undefined,
      progress: () => journal,
      progressOf: (step) => journals.get(step) ?? [],
      whereNow: async (path) => path,
      journal: async (record) => void journal.push({ direction, ...record }),
    }
  }
  const params = { mode: 'captured' as const, captureStep: 'capture' }
  return {
    site,
    rows: () =>
      Object.fromEntries(
        site
          .prepare('SELECT name, c FROM tabDoc ORDER BY name')
          .all()
          .map((row) => [row['name'], row['c']]),
      ),
    capture: async (targets: RewriteTarget[]) => {
      done.set('capture', await captureRows.apply(contextOf('capture', 'apply', 'keep'), { hosts, targets }, null))
    },
    rewrite: async () => {
      const context = contextOf('rewrite', 'apply', 'keep')
      const after = await rewriteDatabase.apply(context, params, await rewriteDatabase.prepare(context, params))
      done.set('rewrite', after)
      return after
    },
    revert: async (onConflict: 'keep' | 'restore') => {
      const context = contextOf('rewrite', 'revert', onConflict)
      return rewriteDatabase.revert(context, params, await rewriteDatabase.prepare(context, params), undefined)
    },
    searchAgain: async (targets: RewriteTarget[]) => {
      const context = contextOf('again', 'apply', 'keep')
      const after = await rewriteDatabase.apply(context, { mode: 'rescan', rounds: 3, hosts, targets }, { files: [] })
      done.set('again', after)
      return after
    },
    checkContext: () => ({ ...common, siteDirectory: vault, baseline: () => undefined }),
  }
}
