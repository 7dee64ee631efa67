import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { linearScores, openModel, type StoredModel, vectorOf, WEIGHTS } from '../../../src/diagnosis/rank/model.ts'
import { isHeldOut, type LabelledReport } from '../../../src/diagnosis/training/corpus.ts'
import { digestsOfRepository } from '../../../src/diagnosis/training/inputs.ts'
import { fitLinear, prepare, scoresOf } from '../../../src/diagnosis/training/linear.ts'
import { measure, reliability } from '../../../src/diagnosis/training/measures.ts'
import { recorded, usesOf } from '../../../src/diagnosis/training/report.ts'
import { storeModel } from '../../../src/diagnosis/training/store-model.ts'
import { fitVoices } from '../../../src/diagnosis/training/voices.ts'
import { assetPath } from '../../../src/host/asset.ts'

const labels = ['disk_full', 'port_conflict', 'ssl_failure'] as const

const report = (label: (typeof labels)[number], text: string): LabelledReport => ({
  label,
  text,
  from: 'us',
  cause: null,
  context: '',
  fold: 0,
})

const reports = [
  report('disk_full', 'No space left on device while the backup is written'),
  report('disk_full', 'the disk is full, no space left for uploads'),
  report('port_conflict', 'bind: Address already in use on port 8000'),
  report('port_conflict', 'port 9000 is already in use'),
  report('ssl_failure', 'the certificate has expired, certbot cannot renew'),
  report('ssl_failure', 'certificate verify failed'),
].map(prepare)

const voices = { linear: 1, rule: 5, lead: 0, likeness: 8 }

test('the same reports give the same weights, to the last byte', () => {
  const train = () => JSON.stringify(storeModel(labels, fitLinear(reports, labels), new Map(), voices, {}))
  assert.equal(train(), train())
})

test('stored weights answer as the trained ones do', () => {
  const linear = fitLinear(reports, labels)
  const model = openModel(JSON.parse(JSON.stringify(storeModel(labels, linear, new Map(), voices, {}))))
  for (const one of reports) {
    const trained = [...scoresOf(linear, one)].map(Math.exp)
    const stored = [...linearScores(model, vectorOf(model, one.features))].map(Math.exp)
    for (const [at, share] of trained.entries()) assert.ok(Math.abs(share - (stored[at] ?? 0)) < 0.03)
    assert.equal(labels[trained.indexOf(Math.max(...trained))], one.label)
  }
})

test('a voice that is always right counts, one that says the same of every label does not', () => {
  const heard = [0, 1, 2, 0, 1, 2].map((label, at) => ({
    label,
    evidence: {
      linear: new Float64Array(3),
      rule: Float64Array.from([0, 1, 2], (one) => (one === (at === 5 ? 0 : label) ? 1 : 0)),
      lead: new Float64Array(3),
      likeness: new Float64Array(3).fill(0.5),
    },
  }))
  const fitted = fitVoices(heard, { linear: 0, rule: 0, lead: 0, likeness: 0 })
  assert.ok(fitted.rule > 1)
  assert.ok(Math.abs(fitted.likeness) < 0.01)
})

test('calibration is the gap between what was said and what was right', () => {
  const answer = (right: boolean, confidence: number) => ({
    label: 'disk_full' as const,
    ranking: [right ? ('disk_full' as const) : ('out_of_scope' as const)],
    confidence,
  })
  const answers = [answer(true, 0.75), answer(true, 0.75), answer(true, 0.75), answer(false, 0.75)]
  assert.equal(measure(answers).calibrationError, 0)
  assert.ok(Math.abs(measure(answers.map((one) => ({ ...one, confidence: 0.95 }))).calibrationError - 0.2) < 1e-9)
  assert.deepEqual(reliability(answers)[7], { from: 0.7, reports: 4, said: 0.75, right: 0.75 })
  assert.deepEqual(measure(answers).outOfScope, { precision: 0, recall: 0 })
})

test('the quarter put aside is chosen by the name alone, and each use of it is counted', () => {
  const ids = Array.from({ length: 4000 }, (_, at) => `frappe/frappe#${at}`)
  const share = ids.filter(isHeldOut).length / ids.length
  assert.ok(share > 0.22 && share < 0.28)
  const once = recorded('# Record', 'Held-out reports, use 1 of 3, today', '| a |')
  assert.equal(usesOf(recorded(once, 'Held-out reports, use 2 of 3, today', '| a |')), 2)
})

test('the shipped weights were trained from the examples and by the features of this checkout', () => {
  const stored: StoredModel = JSON.parse(readFileSync(assetPath(WEIGHTS), 'utf8'))
  const { cases, ...mine } = digestsOfRepository()
  for (const [name, digest] of Object.entries(mine))
    assert.equal(stored.inputs[name], digest, `${name} changed since the weights were trained: npm run train`)
  assert.match(cases ?? '', /^[0-9a-f]{16}$/)
})
