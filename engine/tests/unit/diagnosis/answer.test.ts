import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../../src/bench/finding.ts'
import { nameCauses } from '../../../src/diagnosis/diagnose.ts'
import { Cause } from '../../../src/diagnosis/knowledge/cause.ts'
import { confirm } from '../../../src/diagnosis/rank/confirm.ts'
import { rankOverSections } from '../../../src/diagnosis/rank/over-sections.ts'
import type { RankedMatch } from '../../../src/diagnosis/rank/rank.ts'
import { trustOwn } from '../../../src/diagnosis/rank/trust-own.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'
import { renderDiagnosis } from '../../../src/report/render-diagnosis.ts'
import { plainStyle } from '../../../src/report/style.ts'

const ranked = (id: string, confidence: number, change: Record<string, unknown> = {}): RankedMatch => ({
  cause: Cause.parse({
    id,
    label: 'disk_full',
    title: `Title of ${id}`,
    explanation: 'Why.',
    detection: { patterns: [{ text: 'abc', weight: 9 }] },
    solution_steps: [{ say: 'Do it', command: 'df -h {bench}', expect: 'room' }],
    validation: [{ say: 'Look' }],
    risk_level: 'high',
    dangerous_advice: [{ advice: 'docker system prune', why: 'It removes volumes.' }],
    sources: ['invented'],
    ...change,
  }),
  match: null,
  confidence,
})

const finding = (id: string): Finding => ({
  ...{ id, severity: 'critical', title: `It is ${id}`, evidence: 'seen', remedies: [], subject: 'x' },
})

const input = (text: string) => ({ reports: [{ report: prepareReport(text), count: 1 }], notes: [] })
const nowhere = { findings: null, values: {}, notes: [] }
const answer = (causes: RankedMatch[], text = 'error: x') => nameCauses(causes, input(text), nowhere)
const told = (causes: RankedMatch[], text?: string) => renderDiagnosis(answer(causes, text), plainStyle)

test('what the bench shows now is raised, what it does not show is lowered, what names nothing stays', () => {
  const causes = [
    ranked('absent', 0.5, { confirmed_by: ['a'] }),
    ranked('shown', 0.4, { confirmed_by: ['b'] }),
    ranked('open', 0.45),
  ]
  const [first, second, third] = confirm(causes, [finding('b')])
  assert.deepEqual(
    [first, second, third].map((one) => [one?.cause.id, one?.confirmed]),
    [
      ['shown', true],
      ['open', null],
      ['absent', false],
    ],
  )
  assert.ok((first?.confidence ?? 0) < 1 && (third?.confidence ?? 0) > 0.3)
  assert.ok(confirm(causes, null).every(({ confirmed }) => confirmed === null))
})

test('of two causes that the text speaks of, the one that the bench shows comes first; what could not be looked for says nothing', () => {
  const spoken = (id: string, confidence: number, confirmed_by: string[]) => ({
    ...ranked(id, confidence, { confirmed_by }),
    match: { score: 4 } as RankedMatch['match'],
  })
  const causes = [spoken('absent', 0.6, ['a']), spoken('shown', 0.05, ['b'])]
  assert.equal(confirm(causes, [finding('b')])[0]?.cause.id, 'shown')
  const [first] = confirm(causes, [], new Set(['a']))
  assert.deepEqual([first?.cause.id, first?.confirmed, first?.confidence], ['absent', null, 0.6])
})

test('a guess does not become an answer because the bench has some fault or other', () => {
  const [only] = confirm([ranked('guess', 0.02, { confirmed_by: ['b'] })], [finding('b')])
  assert.ok((only?.confidence ?? 1) < 0.2)
})

test('of the parts of a log the newest and the most frequent count most', () => {
  const order = (...sections: [string, number][]) =>
    rankOverSections(sections.map(([id, count]) => ({ ranked: [ranked(id, 0.8)], count }))).map(({ cause }) => cause.id)
  assert.deepEqual(order(['old', 1], ['new', 1]), ['new', 'old'])
  assert.deepEqual(order(['frequent', 5000], ['middle', 1], ['rare', 1]).at(0), 'frequent')
  assert.equal(rankOverSections([{ ranked: [ranked('one', 0.8)], count: 1 }])[0]?.confidence, 0.8)
})

test('a deciding rule of an entry the model does not know is believed', () => {
  const match = (score: number) => ({ ...ranked('own', 0.1), match: { score } as RankedMatch['match'] })
  assert.equal(trustOwn([match(10)], new Map())[0]?.confidence, 0.8)
  assert.equal(trustOwn([match(9)], new Map())[0]?.confidence, 0.1)
  assert.equal(trustOwn([match(10)], new Map([['own', 1]]))[0]?.confidence, 0.1)
})

test('an unsure answer says so and names at least three', () => {
  const causes = [ranked('a', 0.3), ranked('b', 0.02), ranked('c', 0.01), ranked('d', 0.001)]
  const { verdict, causes: named } = answer(causes)
  assert.deepEqual([verdict, named.length], ['unsure', 3])
  const text = told(causes)
  assert.match(text, /^Not sure\. The likeliest cause:\nTitle of a/)
  for (const id of ['b', 'c']) assert.ok(text.includes(`(${id})`))
})

test('what is not a problem of the bench says so, and where to take it', () => {
  const frame =
    'Traceback (most recent call last):\n  File "apps/erpnext/erpnext/x.py", line 1, in x\n    y()\nKeyError: 1'
  const causes = [ranked('bug', 0.9, { label: 'out_of_scope' })]
  assert.equal(answer(causes, frame).verdict, 'out_of_scope')
  assert.match(told(causes, frame), /^This is not a problem of the bench\./)
  assert.match(answer(causes, frame).take_to ?? '', /github\.com\/frappe\/erpnext\/issues/)
  assert.match(answer(causes, frame.replaceAll('erpnext', 'our_app')).take_to ?? '', /makers of our_app/)
  assert.match(answer(causes, 'plain words').take_to ?? '', /discuss\.frappe\.io/)
})

test('a person reads the cause, the lines, what to do, how to see it, what not to do, and what else it could be', () => {
  const text = told([ranked('a', 0.9), ranked('b', 0.2)], 'all fine\nerror: no space')
  const parts = [
    /^Title of a \(disk_full, 90 %\)/m,
    /^ {2}line 2 +error: no space/m,
    /^What to do \(high risk/m,
    /^ {2}1\. Do it\n {7}df -h <bench>\n {7}→ room/m,
    /^How to see that it worked/m,
    /^Better not\n {2}✗ docker system prune: It removes volumes\./m,
    /^It could also be\n {2}20 % {2}Title of b \(b\)/m,
  ]
  let from = 0
  for (const part of parts) {
    const at = text.slice(from).search(part)
    assert.ok(at >= 0, `${part} in\n${text}`)
    from += at
  }
  assert.ok(text.split('\n').every((line) => line.length <= 110))
})

test('nothing known is said as such', () => {
  assert.equal(answer([]).verdict, 'nothing_found')
  assert.match(told([]), /Nothing in this text is known/)
})
