import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lintKnowledge } from '../../../src/diagnosis/knowledge/lint.ts'
import { loadKnowledge } from '../../../src/diagnosis/knowledge/load.ts'

const entry = (id: string, change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id,
    label: 'port_conflict',
    title: 'A port is taken',
    explanation: 'Two programs want the same port.',
    detection: { patterns: [{ text: 'address already in use', weight: 10 }] },
    solution_steps: [{ say: 'Look who listens', command: 'ss -ltnp' }],
    validation: [{ say: 'Start again', command: 'bench start' }],
    risk_level: 'low',
    sources: ['invented'],
    ...change,
  })

async function folderWith(files: Record<string, string>, use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'knowledge-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test("a user's invalid files are named and left out; the rest works", async () => {
  const files = {
    'good.yaml': entry('good'),
    'broken.yaml': 'id: [',
    'unknown.yaml': entry('unknown', { label: 'weather' }),
    'greedy.yaml': entry('greedy', { detection: { patterns: [{ text: 'abc', matching: '(?=x)', weight: 9 }] } }),
    'harm.yaml': entry('harm', { solution_steps: [{ say: 'Open it', command: 'chmod -R 777 sites' }] }),
  }
  await folderWith(files, async (folder) => {
    const { causes, notes } = await loadKnowledge(folder, [])
    assert.deepEqual(
      causes.map((cause) => cause.id),
      ['good'],
    )
    for (const name of ['broken', 'unknown', 'greedy', 'harm']) assert.ok(notes.join('\n').includes(`${name}.yaml`))
  })
})

test('a folder that is not there is no problem', async () => {
  assert.deepEqual(await loadKnowledge('/nowhere/knowledge', []), { causes: [], notes: [] })
})

test('the lint names what is wrong with an entry', async () => {
  const problemOf = async (change: Record<string, unknown>, name = 'one.yaml'): Promise<string> => {
    let problems = ''
    await folderWith({ [name]: entry('one', change) }, (folder) => {
      problems = lintKnowledge(folder)
        .problems.map(({ problem }) => problem)
        .join('\n')
    })
    return problems
  }
  assert.match(await problemOf({}, 'two.yaml'), /name is not its id/)
  assert.match(
    await problemOf({ detection: { patterns: [{ text: 'abc', matching: String.raw`(a)\1`, weight: 9 }] } }),
    /RE2/,
  )
  assert.match(await problemOf({ detection: { patterns: [{ text: '   ', weight: 9 }] } }), /no anchor/)
  assert.match(await problemOf({ detection: { patterns: [{ matching: 'a+', weight: 9 }] } }), /text/)
  assert.match(await problemOf({ validation: [{ say: 'See {nothing}' }] }), /\{nothing\}/)
  assert.match(await problemOf({ explanation: 'Run `bench --site a reinstall` then.' }), /reinstall/)
  assert.match(await problemOf({}), /no case tries it/)
})
