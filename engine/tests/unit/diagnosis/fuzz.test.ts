import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Diagnosis } from '../../../src/diagnosis/diagnosis.ts'
import { diagnosticEngine } from '../../../src/diagnosis/diagnostic-engine.ts'
import { Cause } from '../../../src/diagnosis/knowledge/cause.ts'
import { loadKnowledge } from '../../../src/diagnosis/knowledge/load.ts'
import { literalSearch } from '../../../src/diagnosis/match/literal-search.ts'
import { matchCause } from '../../../src/diagnosis/match/match-causes.ts'
import { byteSearch } from '../../../src/diagnosis/text/byte-search.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { renderDiagnosis } from '../../../src/report/render-diagnosis.ts'
import { plainStyle } from '../../../src/report/style.ts'

const knowledge = await loadKnowledge('/nowhere')
const engine = diagnosticEngine(knowledge, async () => ({ findings: null, values: {}, notes: [] }))

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** An answer or a refusal that names what is wrong with the input: nothing else. */
async function answer(bytes: Uint8Array): Promise<Diagnosis | null> {
  try {
    const diagnosis = await engine.identifyProblemPatterns(once(bytes))
    Diagnosis.parse(diagnosis)
    assert.ok(renderDiagnosis(diagnosis, plainStyle).length > 0)
    return diagnosis
  } catch (error) {
    assert.ok(error instanceof MigratorError && error.kind === 'usage', String(error))
    return null
  }
}

const literals = [
  ...new Set(knowledge.causes.flatMap(({ detection }) => detection.patterns.flatMap(({ text }) => text))),
]

test('random bytes get an answer or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
      await answer(bytes)
    }),
    { numRuns: 150 },
  )
})

test('words of the knowledge base in any order, with anything between, get an answer', async () => {
  const piece = fc.oneof(
    fc.constantFrom(...literals),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '\n',
      '\r\n',
      '  File "',
      'Traceback (most recent call last):\n',
      '> > ',
      'web.1 | ',
      '\u001b[31m',
      '\\n',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      await answer(Buffer.from(pieces.join(''), 'utf8'))
    }),
    { numRuns: 150 },
  )
})

test('invalid UTF-8 around a message does not hide it', async () => {
  const broken = Buffer.concat([
    Buffer.from([0xff, 0xfe - 1, 0x80, 10]),
    Buffer.from(
      "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)\")\n",
    ),
    Buffer.from([0xc3, 0x28, 10]),
  ])
  assert.equal((await answer(broken))?.causes[0]?.label, 'database_unavailable')
})

test('text made to keep every rule busy is answered in time', async () => {
  const worst = [
    `${literals.join(' ')}\n`.repeat(5),
    'a'.repeat(60_000),
    `${'permission denied '.repeat(3000)}`,
    'Traceback (most recent call last):\n'.repeat(1500),
    '  File "x", line 1, in y\n'.repeat(2000),
    '> '.repeat(30_000),
    '\u001b['.repeat(30_000),
    `${'(('.repeat(15_000)}${'\\n File "'.repeat(3000)}`,
  ]
  for (const text of worst) {
    const begun = performance.now()
    await answer(Buffer.from(text))
    assert.ok(performance.now() - begun < 10_000, `${text.slice(0, 40)}: ${performance.now() - begun} ms`)
  }
})

test('an expression that would stop another engine takes linear time', () => {
  const cause = Cause.parse({
    id: 'greedy',
    label: 'disk_full',
    title: 'x',
    explanation: 'x',
    detection: { patterns: [{ text: 'aaa', matching: '(a+)+(a|aa)+(a*)*$b', weight: 5 }] },
    solution_steps: [{ say: 'x' }],
    validation: [{ say: 'x' }],
    risk_level: 'low',
    sources: ['invented'],
  })
  const begun = performance.now()
  matchCause(cause, prepareReport(`${'a'.repeat(4000)}\n`.repeat(50)))
  assert.ok(performance.now() - begun < 3000)
})

test('both searches find exactly what stands there', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), maxLength: 60 })
  const some = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', ' '), minLength: 3, maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(text, some, (where, what) => {
      const found = new Set<string>()
      literalSearch(what)(where, (literal, at) => found.add(`${what[literal]} ${at}`))
      const expected = new Set<string>()
      for (const literal of what)
        for (let at = where.indexOf(literal); at !== -1; at = where.indexOf(literal, at + 1))
          expected.add(`${literal} ${at}`)
      assert.deepEqual([...found].sort(), [...expected].sort())
      const bytes = Buffer.from(where.toUpperCase())
      assert.equal(byteSearch(what)(bytes, 0, bytes.length), expected.size > 0)
    }),
  )
})
