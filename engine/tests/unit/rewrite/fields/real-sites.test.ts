import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { classifySchema } from '../../../../src/rewrite/fields/classify-schema.ts'
import type { ColumnRule } from '../../../../src/rewrite/fields/column-rule.ts'
import { mappedFields } from '../../../../src/rewrite/fields/field-map.ts'
import { siteSchema } from './schema-fixture.ts'

interface Cell {
  table: string
  match: Record<string, string | number>
  column: string
}
interface Expectations {
  source: string
  target: string
  cells: (Cell & { before: string; after: string })[]
  unchanged: (Cell & { value: string; reason: string })[]
  historyRows: Record<string, number>
}

const folder = new URL('../../../fixtures/expectations/', import.meta.url)
const expectationsOf = (site: string): Expectations => JSON.parse(readFileSync(new URL(`${site}.json`, folder), 'utf8'))

/** The fields that decide which of a column's rules a planted row belongs to. */
const plantedRows: Record<string, Record<string, string>> = {
  tabDefaultValue: { defkey: 'default_letter_head_content' },
}

function ruleOf(rules: ColumnRule[], cell: Cell): ColumnRule {
  const row: Record<string, string> = { docstatus: '0', ...plantedRows[cell.table] }
  for (const [column, value] of Object.entries(cell.match)) row[column] = String(value)
  const fitting = rules.filter(
    (rule) =>
      rule.table === cell.table &&
      rule.column === cell.column &&
      (rule.single === undefined || (rule.single.doctype === row['doctype'] && rule.single.field === row['field'])) &&
      rule.where.every(({ column, test, values }) => values.includes(row[column] ?? '') === (test === 'is')),
  )
  const [rule, ...others] = fitting
  assert.ok(rule !== undefined, `no rule for ${JSON.stringify(cell)}`)
  assert.deepEqual(others, [], `several rules for ${JSON.stringify(cell)}`)
  return rule
}

for (const site of ['site-v15', 'site-v14'] as const) {
  test(`${site}: every link that a rename must change belongs to a rule that rewrites it`, () => {
    const rules = classifySchema(siteSchema(site))
    const { cells, source } = expectationsOf(site)
    assert.ok(cells.length > 180)
    for (const cell of cells) {
      const rule = ruleOf(rules, cell)
      assert.equal(rule.action, 'rewrite', `${cell.table}.${cell.column}: ${rule.reason}`)
      const becomesPath = cell.before.startsWith(`https://${source}/`) && cell.after.startsWith('/')
      if (becomesPath) assert.match(rule.form, /^(file-url|own-file)$/)
    }
  })

  test(`${site}: what is offered, bare or foreign is not rewritten by its rule's form`, () => {
    const rules = classifySchema(siteSchema(site))
    for (const cell of expectationsOf(site).unchanged) {
      const rule = ruleOf(rules, cell)
      if (cell.reason.startsWith('offered')) assert.equal(rule.action, 'offer')
      else if (cell.reason.startsWith('bare host')) assert.equal(rule.form, 'url')
      else if (cell.reason.startsWith('e-mail')) assert.equal(rule.action, 'never')
      else assert.match(cell.reason, /^(look-alike|foreign file_url)/)
    }
  })

  test(`${site}: no rule touches a history table`, () => {
    const rules = classifySchema(siteSchema(site))
    for (const table of [...Object.keys(expectationsOf(site).historyRows), '__Auth', 'tabError Log']) {
      const ofTable = rules.filter((rule) => rule.table === table)
      assert.ok(ofTable.length > 0, table)
      assert.deepEqual(new Set(ofTable.map((rule) => rule.action)), new Set(['never']), table)
    }
  })

  test(`${site}: every text column has a rule, and rules of one column exclude each other`, () => {
    const schema = siteSchema(site)
    const rules = classifySchema(schema)
    for (const table of schema.tables) {
      for (const column of table.columns.filter((each) => /char|text|json/.test(each.dataType))) {
        const ofColumn = rules.filter((rule) => rule.table === table.name && rule.column === column.name)
        assert.ok(ofColumn.length > 0, `${table.name}.${column.name}`)
        if (table.name !== 'tabSingles' && ofColumn.length === 1) assert.deepEqual(ofColumn[0]?.where, [])
        if (table.name !== 'tabSingles' && ofColumn.length > 1) {
          for (const rule of ofColumn) assert.ok(rule.where.length > 0, `${table.name}.${column.name}`)
        }
      }
    }
  })

  test(`${site}: a Single's field has exactly one rule, left-over rows have their own`, () => {
    const rules = classifySchema(siteSchema(site)).filter(
      (rule) => rule.table === 'tabSingles' && rule.column === 'value',
    )
    const named = rules.flatMap((rule) => (rule.single ? [`${rule.single.doctype}.${rule.single.field}`] : []))
    assert.equal(new Set(named).size, named.length)
    assert.ok(named.includes('Website Settings.subdomain'))
    assert.ok(named.includes('System Settings.app_name'))
    const leftOver = rules.filter((rule) => rule.single === undefined)
    assert.ok(leftOver.length > 30)
    for (const rule of leftOver) assert.equal(rule.action, 'offer')
  })
}

/** Mapped fields that neither data set has: other releases and apps that are not installed there. */
const otherReleases = new Set(['Workspace.external_link', 'Email Account.frappe_mail_site'])

test('the field map names no field that its DocType does not have', () => {
  const schemas = [siteSchema('site-v15'), siteSchema('site-v14')]
  const docTypes = new Set(schemas.flatMap((schema) => schema.docTypes.map((doctype) => doctype.name)))
  const fields = new Set(schemas.flatMap((schema) => schema.fields.map((field) => `${field.docType}.${field.name}`)))
  const columns = new Set(
    schemas.flatMap((schema) =>
      schema.tables.flatMap((table) => table.columns.map((each) => `${table.name}.${each.name}`)),
    ),
  )
  const unknown = mappedFields()
    .filter(({ doctype, field }) => docTypes.has(doctype) && !columns.has(`tab${doctype}.${field}`))
    .map(({ doctype, field }) => `${doctype}.${field}`)
    .filter((name) => !fields.has(name) && !otherReleases.has(name))
  assert.deepEqual(unknown, [])
})
