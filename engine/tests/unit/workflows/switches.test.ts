import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigratorError } from '../../../src/host/errors.ts'
import type { ColumnRule } from '../../../src/rewrite/fields/column-rule.ts'
import { rewriteText } from '../../../src/rewrite/rewrite-text.ts'
import { addCell, noOccurrences } from '../../../src/rewriting/column-occurrences.ts'
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
const actionOf = (request: Partial<RenameRequest>, at: number) => switched(request)[at]

const isUsage = (error: unknown, code: string, word: string): error is MigratorError =>
  error instanceof MigratorError && error.kind === 'usage' && error.code === code && error.message.includes(word)

test('nothing asked, nothing changed', () => {
  assert.deepEqual(switched({}), rules)
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
    for (const request of [{ include: [name] }, { exclude: [name] }])
      assert.throws(
        () => switched(request),
        (error) => isUsage(error, 'unknown-column', JSON.stringify(name)),
      )
  }
})

test('history and what belongs to other systems cannot be switched on, and that is said', () => {
  for (const [name, reason] of [
    ['tabVersion.data', 'why never'],
    ['tabSocial Login Key.redirect_url', 'why external'],
  ] as const) {
    assert.throws(
      () => switched({ include: [name] }),
      (error) => isUsage(error, 'column-fixed', name) && error.evidence === reason,
    )
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
  for (const name of names)
    assert.equal(switchRules(own, requestOf('a', 'b', { include: [name] }))[0]?.action, 'rewrite')
})

test('a name that no switch changes is told as left alone, not offered with a switch that does nothing', () => {
  const found = noOccurrences({ ...rule('tabServer Script', 'script', 'rewrite'), code: true })
  const rewritten = rewriteText('^old\\.cloud$', [{ from: 'old.cloud', to: 'b' }], { form: 'url', json: false })
  const cell = { table: 'tabServer Script', column: 'script', match: { name: 'a' }, before: '^old\\.cloud$', where: [] }
  addCell(found, { ...cell, rewritten, overflows: false, taken: false })
  assert.deepEqual(previewOffered([found]), [])
  assert.deepEqual(previewSkipped([], [found], new Map()), [
    {
      what: 'tabServer Script.script',
      values: 1,
      reason: 'escaped, in a pattern or beside credentials: look and change by hand',
    },
  ])
})

test('a name that was nearly right is answered with the right one', () => {
  for (const [typed, meant] of [
    ['todo.description', 'tabToDo.description'],
    ['brand_html', 'Website Settings.brand_html'],
  ] as const)
    assert.throws(
      () => switched({ include: [typed] }),
      (error) => error instanceof MigratorError && error.hint === `Did you mean ${meant}?`,
    )
})

test('what somebody may have expected otherwise is told by name, what is never rewritten by reason, kind and tables', () => {
  const history = Array.from({ length: 8 }, (_, index) =>
    rule(`tabT${index}`, 'x', 'never', { reason: 'history: as sent' }),
  )
  const left = switchRules(
    [...history, rule('tabWeb Page', 'main_section', 'rewrite')],
    requestOf('a', 'b', { exclude: ['tabWeb Page.main_section'] }),
  )
  assert.deepEqual(previewSkipped(left, [], new Map([['tabOdd', 7]])), [
    { what: 'tabWeb Page.main_section', values: null, reason: 'left out by --exclude' },
    { what: 'tabOdd', values: 7, reason: 'the table has no primary key that finds a row again' },
    {
      what: 'tabT0, tabT1, tabT2, tabT3, tabT4, tabT5 and 2 more',
      values: null,
      reason: 'history: as sent',
      never: { kind: 'history and logs', tables: history.map(({ table }) => table) },
    },
  ])
})
