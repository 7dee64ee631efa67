import assert from 'node:assert/strict'
import test from 'node:test'
import { nameCauses, rankCauses } from '../../../src/diagnosis/diagnose.ts'
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts'
import { shippedCauses } from '../../../src/diagnosis/knowledge/shipped.ts'
import { matcherOf } from '../../../src/diagnosis/match/match-causes.ts'
import { shippedModel } from '../../../src/diagnosis/rank/model.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'

const ranker = { matcher: matcherOf(await shippedCauses()), model: shippedModel() }

function diagnosed(text: string): Diagnosis {
  const input = { reports: [{ report: prepareReport(text), count: 1 }], notes: [] }
  return nameCauses(rankCauses(ranker, input), input, { findings: null, values: {}, notes: [] })
}

test('an answer names three different labels first', () => {
  for (const text of ['502 Bad Gateway', 'it does not work after the update', 'cannot log in any more']) {
    const { causes } = diagnosed(text)
    assert.equal(new Set(causes.slice(0, 3).map(({ label }) => label)).size, 3, text)
  }
})

test('the likeliest comes first, and confidences are shares of one', () => {
  const { causes } = diagnosed('nginx: 504 Gateway Time-out when the site runs a long report')
  const said = causes.map(({ confidence }) => confidence)
  assert.deepEqual(
    said,
    said.toSorted((left, right) => right - left),
  )
  assert.ok(said.reduce((sum, one) => sum + one, 0) <= 1.5)
})

test('a validation of an app is no problem of the bench; a refused connection to Redis is one', () => {
  const mandatory = diagnosed(`Traceback (most recent call last):
  File "apps/frappe/frappe/desk/form/save.py", line 22, in savedocs
    doc.save()
  File "apps/erpnext/erpnext/stock/doctype/item/item.py", line 120, in validate
    self.validate_uom()
frappe.exceptions.ValidationError: Conversion factor of the default unit must be 1`)
  assert.equal(mandatory.verdict, 'out_of_scope')
  const redis = diagnosed(
    'redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:13000. Connection refused.',
  )
  assert.equal(redis.verdict, 'bench_problem')
  assert.equal(redis.causes[0]?.label, 'redis_unavailable')
})

test('a text that says nothing names nothing', () => {
  assert.equal(diagnosed('zzz qqq').verdict, 'nothing_found')
})

test('one report is answered within a tenth of a second', () => {
  const text = Array.from({ length: 200 }, (_, at) => `  File "apps/frappe/frappe/app.py", line ${at}, in handle`).join(
    '\n',
  )
  diagnosed(text)
  const start = process.cpuUsage()
  diagnosed(`${text}\npymysql.err.OperationalError: (1045, "Access denied for user 'x'@'localhost'")`)
  assert.ok(process.cpuUsage(start).user / 1000 < 100)
})
