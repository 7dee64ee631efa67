import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnRule } from '../../../src/rewrite/fields/column-rule.ts'
import { previewOffered, previewSkipped, switchRules } from '../../../src/workflows/rename-domain/plan-rewrite.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { requestOf } from './facts.ts'

const rule = (
  table: string,
  column: string,
  action: ColumnRule['action'],
  more: Partial<ColumnRule> = {},
): ColumnRule => ({
  table,
  column,
  doctype: null,
  form: 'url',
  action,
  json: false,
  code: false,
  where: [],
  maximumCharacters: null,
  reason: `why ${action}`,
  ...more,
})
const single = (field: string, action: ColumnRule['action']) =>
  rule('tabSingles', 'value', action, { single: { doctype: 'Website Settings', field } })
const rules = [
  rule('tabWeb Page', 'main_section', 'rewrite'),
  rule('tabToDo', 'description', 'offer'),
  rule('tabVersion', 'data', 'never'),
  rule('tabSocial Login Key', 'redirect_url', 'external'),
  single('brand_html', 'rewrite'),
  single('footer', 'offer'),
]
const switched = (request: Partial<RenameRequest>) => switchRules(rules, requestOf('old.cloud', 'new.domain', request))
const actionOf = (request: Partial<RenameRequest>, at: number) => switched(request).rules[at]

test('nothing asked, nothing changed', () => {
  assert.deepEqual(switched({}), { rules, unknown: [], fixed: [] })
})

test('what is offered can be switched on, with the name standing alone or without', () => {
  assert.equal(actionOf({ include: ['tabToDo.description'] }, 1)?.action, 'rewrite')
  assert.equal(actionOf({ include: ['tabToDo.description'] }, 1)?.form, 'url')
  assert.equal(actionOf({ include: ['tabToDo.description:host'] }, 1)?.form, 'host')
  assert.equal(actionOf({ include: ['Website Settings.footer'] }, 5)?.action, 'rewrite')
  assert.equal(actionOf({ include: ['Website Settings.footer'] }, 4), rules[4])
})

test('what is rewritten can be left out; leaving out wins', () => {
  assert.equal(actionOf({ exclude: ['tabWeb Page.main_section'] }, 0)?.action, 'never')
  assert.equal(actionOf({ exclude: ['Website Settings.brand_html'] }, 4)?.action, 'never')
  const both = { include: ['tabToDo.description'], exclude: ['tabToDo.description'] }
  assert.equal(actionOf(both, 1)?.action, 'never')
})

test('a switch that names nothing is not passed over', () => {
  for (const name of ['tabToDo', 'tabToDo.nothing', 'ToDo.description', 'tabSingles.value', '']) {
    assert.deepEqual(switched({ include: [name] }).unknown, [name])
    assert.deepEqual(switched({ exclude: [name] }).unknown, [name])
  }
})

test('history and what belongs to other systems cannot be switched on, and that is said', () => {
  for (const [name, reason] of [
    ['tabVersion.data', 'why never'],
    ['tabSocial Login Key.redirect_url', 'why external'],
  ] as const) {
    const { fixed, rules: after } = switched({ include: [name] })
    assert.deepEqual(fixed, [{ name, reason }])
    assert.deepEqual(after, rules)
  }
})

test('every switch that is offered can be typed as it stands and works', () => {
  const column = {
    table: 'tabLetter Head',
    column: 'content',
    field: null,
    label: 'tabLetter Head.content',
    action: 'offer' as const,
    reason: 'why',
    code: false,
    values: 2,
    places: 2,
    bare: 1,
    samples: [],
    bareSamples: [],
    overflows: [],
    refused: null,
  }
  const switches = previewOffered([column] as never).map((offer) => offer.switch)
  assert.deepEqual(switches, ['--include "tabLetter Head.content"', '--include "tabLetter Head.content:host"'])
  const names = switches.map((text) => text.replace(/^--include "|"$/g, ''))
  const own = [rule('tabLetter Head', 'content', 'offer')]
  for (const name of names) assert.deepEqual(switchRules(own, requestOf('a', 'b', { include: [name] })).unknown, [])
})

test('what is left alone is grouped by reason; a table without key is named', () => {
  const many = Array.from({ length: 8 }, (_, index) => rule(`tabT${index}`, 'x', 'never', { reason: 'history' }))
  assert.deepEqual(previewSkipped(many, [], ['tabOdd']), [
    { what: 'tabOdd', values: null, reason: 'the table has no primary key' },
    { what: 'tabT0, tabT1, tabT2, tabT3, tabT4, tabT5 and 2 more', values: null, reason: 'history' },
  ])
})
