import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifySchema } from '../../../../src/rewrite/fields/classify-schema.ts'
import type { ColumnRule } from '../../../../src/rewrite/fields/column-rule.ts'
import { type CompactSchema, expandSchema } from './schema-fixture.ts'

function rulesOf(compact: CompactSchema): ColumnRule[] {
  return classifySchema(expandSchema(compact))
}

/** The only rule of a column, as `action form` with its flags. */
function brief(rules: ColumnRule[], table: string, column: string): string {
  const [rule, ...others] = rules.filter((each) => each.table === table && each.column === column)
  assert.ok(rule !== undefined && others.length === 0, `${table}.${column} has one rule`)
  return [rule.action, rule.form, rule.json ? 'json' : '', rule.code ? 'code' : ''].filter(Boolean).join(' ')
}

function branches(rules: ColumnRule[], table: string, column: string): Record<string, string> {
  return Object.fromEntries(
    rules
      .filter((rule) => rule.table === table && rule.column === column)
      .map((rule) => [
        rule.where.map((each) => `${each.column} ${each.test} ${each.values.join('|')}`).join(' and '),
        rule.action,
      ]),
  )
}

test('a custom DocType: links in text follow, files become paths, names and choices stay', () => {
  const rules = rulesOf({
    tables: {
      'tabShop Link':
        'docstatus name:varchar:140 url:varchar:140 title:varchar:140 body:longtext data:longtext rules:longtext ' +
        'photo:text brochure:text owner_link:varchar:140 kind:varchar:140 mail:varchar:140 secret:text ' +
        'source_file_url:longtext shown:varchar:140 amount:decimal total*:varchar:140 gone:varchar:140 settings:json',
    },
    docTypes: {
      'Shop Link': {
        flags: 'custom',
        fields: {
          'Data=URL': 'url',
          Data: 'title total',
          'Data=Email': 'mail',
          'Text Editor': 'body',
          JSON: 'data settings',
          'Code=JSON': 'rules',
          Code: 'source_file_url',
          'Attach Image': 'photo',
          Attach: 'brochure',
          Link: 'owner_link',
          Select: 'kind',
          'Read Only': 'shown',
          Password: 'secret',
          Currency: 'amount',
        },
      },
    },
  })
  const of = (column: string) => brief(rules, 'tabShop Link', column)
  assert.equal(of('url'), 'rewrite url')
  assert.equal(of('title'), 'rewrite url')
  assert.equal(of('body'), 'rewrite url')
  assert.equal(of('data'), 'rewrite url json')
  assert.equal(of('settings'), 'rewrite url json')
  assert.equal(of('rules'), 'rewrite url json')
  assert.equal(of('photo'), 'rewrite file-url')
  assert.equal(of('brochure'), 'rewrite file-url')
  assert.equal(of('source_file_url'), 'rewrite file-url')
  for (const column of [
    'name',
    'owner',
    'parent',
    '_user_tags',
    'owner_link',
    'kind',
    'mail',
    'secret',
    'shown',
    'total',
  ]) {
    assert.equal(of(column), 'never url', column)
  }
  assert.equal(of('gone'), 'offer url')
  assert.equal(rules.filter((rule) => rule.column === 'amount').length, 0)
})

test('a Custom Field on a standard DocType follows, on a history table it does not', () => {
  const rules = rulesOf({
    tables: {
      tabContact: 'docstatus name:varchar:140 portal:text',
      tabComment: 'docstatus name:varchar:140 portal:text',
    },
    docTypes: {
      Contact: { customFields: { 'Small Text': 'portal' } },
      Comment: { customFields: { 'Small Text': 'portal' } },
    },
  })
  assert.equal(brief(rules, 'tabContact', 'portal'), 'rewrite url')
  assert.equal(brief(rules, 'tabComment', 'portal'), 'never url')
  assert.match(
    rules.find((rule) => rule.table === 'tabContact' && rule.column === 'portal')?.reason ?? '',
    /custom field/,
  )
})

test('submitted documents and their child rows stay, drafts follow', () => {
  const rules = rulesOf({
    tables: {
      tabContract: 'docstatus name:varchar:140 terms:longtext status:varchar:140',
      'tabContract Page': 'docstatus name:varchar:140 body:longtext',
      'tabPrice Page': 'docstatus name:varchar:140 body:longtext',
    },
    docTypes: {
      Contract: {
        flags: 'submittable',
        fields: { 'Text Editor': 'terms', Select: 'status', 'Table=Contract Page': 'pages' },
      },
      'Contract Page': { flags: 'child', fields: { 'Text Editor': 'body' } },
      'Price Page': { flags: 'child', fields: { 'Text Editor': 'body' } },
    },
  })
  const expected = { 'docstatus is-not 1|2': 'rewrite', 'docstatus is 1|2': 'never' }
  assert.deepEqual(branches(rules, 'tabContract', 'terms'), expected)
  assert.deepEqual(branches(rules, 'tabContract Page', 'body'), expected)
  assert.deepEqual(branches(rules, 'tabContract', 'status'), { '': 'never' })
  assert.deepEqual(branches(rules, 'tabPrice Page', 'body'), { '': 'rewrite' })
})

test('one column, several rows: the field map’s conditions cover every row', () => {
  const rules = rulesOf({
    tables: {
      tabNewsletter: 'docstatus email_sent name:varchar:140 message:longtext subject:text own_field:text',
      'tabEmail Queue': 'docstatus name:varchar:140 status:varchar:140 message:longtext error:text',
      tabReport: 'docstatus name:varchar:140 is_standard:varchar:140 query:longtext json:longtext',
      'tabSocial Login Key': 'docstatus name:varchar:140 base_url:varchar:140',
      tabDefaultValue: 'docstatus name:varchar:140 defkey:varchar:140 defvalue:text',
    },
    docTypes: {
      Newsletter: {
        fields: { 'Text Editor': 'message', 'Small Text': 'subject', Check: 'email_sent' },
        customFields: { Text: 'own_field' },
      },
      'Email Queue': { fields: { Code: 'message error', Select: 'status' } },
      Report: { fields: { Code: 'query json', Select: 'is_standard' } },
      'Social Login Key': { fields: { Data: 'base_url' } },
      DefaultValue: { fields: { Data: 'defkey', Text: 'defvalue' } },
    },
  })
  for (const column of ['message', 'subject', 'own_field']) {
    assert.deepEqual(branches(rules, 'tabNewsletter', column), {
      'email_sent is-not 1': 'rewrite',
      'email_sent is 1': 'never',
    })
  }
  assert.deepEqual(branches(rules, 'tabEmail Queue', 'message'), {
    'status is Not Sent': 'offer',
    'status is-not Not Sent': 'never',
  })
  assert.equal(brief(rules, 'tabEmail Queue', 'error'), 'never url')
  assert.deepEqual(branches(rules, 'tabReport', 'query'), {
    'is_standard is No': 'rewrite',
    'is_standard is-not No': 'never',
  })
  assert.deepEqual(branches(rules, 'tabSocial Login Key', 'base_url'), {
    'name is frappe': 'rewrite',
    'name is-not frappe': 'offer',
  })
  assert.deepEqual(branches(rules, 'tabDefaultValue', 'defvalue'), {
    'defkey is default_letter_head_content': 'rewrite',
    'defkey is-not default_letter_head_content': 'offer',
  })
  const query = rules.filter(
    (rule) => rule.table === 'tabReport' && rule.column === 'query' && rule.action === 'rewrite',
  )
  assert.deepEqual(
    query.map((rule) => rule.code),
    [true],
  )
})

test('where a condition’s column is missing, the cautious branch holds for the whole column', () => {
  const rules = rulesOf({
    tables: { tabNewsletter: 'docstatus name:varchar:140 message:longtext' },
    docTypes: { Newsletter: { fields: { 'Text Editor': 'message' } } },
  })
  assert.deepEqual(branches(rules, 'tabNewsletter', 'message'), { '': 'never' })
})

test('history by name, in any app; the map may know better', () => {
  const rules = rulesOf({
    tables: {
      'tabDelivery Log': 'docstatus name:varchar:140 text:text',
      'tabDelivery Log Row': 'docstatus name:varchar:140 text:text',
      'tabPrint Queue': 'docstatus name:varchar:140 text:text',
      'tabPrice History': 'docstatus name:varchar:140 text:text',
      'tabVisit Request': 'docstatus name:varchar:140 text:text',
      tabCatalogue: 'docstatus name:varchar:140 text:text',
      'tabPayment Request': 'docstatus name:varchar:140 payment_url:varchar:500 status:varchar:140',
      'tabOld Call Log': 'docstatus name:varchar:140 text:text',
    },
    docTypes: {
      'Delivery Log': { flags: 'custom', fields: { Text: 'text', 'Table=Delivery Log Row': 'rows' } },
      'Delivery Log Row': { flags: 'custom child', fields: { Text: 'text' } },
      'Print Queue': { fields: { Text: 'text' } },
      'Price History': { fields: { Text: 'text' } },
      'Visit Request': { fields: { Text: 'text' } },
      Catalogue: { fields: { Text: 'text' } },
      'Payment Request': { flags: 'submittable', fields: { 'Data=URL': 'payment_url', Select: 'status' } },
    },
  })
  for (const table of [
    'Delivery Log',
    'Delivery Log Row',
    'Print Queue',
    'Price History',
    'Visit Request',
    'Old Call Log',
  ]) {
    assert.equal(brief(rules, `tab${table}`, 'text'), 'never url', table)
  }
  assert.equal(brief(rules, 'tabCatalogue', 'text'), 'rewrite url')
  assert.deepEqual(branches(rules, 'tabPayment Request', 'payment_url'), {
    'status is-not Paid|Cancelled|Failed and docstatus is-not 2': 'offer',
    'status is Paid|Cancelled|Failed and docstatus is-not 2': 'never',
    'docstatus is 2': 'never',
  })
})

test('tables without a DocType are offered, the framework’s own are not', () => {
  const rules = rulesOf({
    tables: {
      tabAbandoned: 'docstatus name:varchar:140 text:text',
      __Auth: 'key=doctype,name,fieldname doctype:varchar:140 name:varchar:255 fieldname:varchar:140 password:text',
      __something_new: 'key= content:text',
      tabSessions: 'key= sessiondata:longtext',
      tabSeries: 'name:varchar:100',
      plain_table: 'key=id id:bigint text:text',
    },
    docTypes: {},
  })
  assert.deepEqual(branches(rules, 'tabAbandoned', 'text'), {
    'docstatus is-not 1|2': 'offer',
    'docstatus is 1|2': 'never',
  })
  assert.equal(brief(rules, 'tabAbandoned', 'owner'), 'never url')
  assert.equal(brief(rules, 'plain_table', 'text'), 'offer url')
  for (const [table, column] of [
    ['__Auth', 'password'],
    ['__something_new', 'content'],
    ['tabSessions', 'sessiondata'],
    ['tabSeries', 'name'],
  ] as const) {
    assert.equal(brief(rules, table, column), 'never url', table)
  }
})

test('Singles: one rule a field, and conditions that find rows of deleted fields and DocTypes', () => {
  const rules = rulesOf({
    tables: { tabSingles: 'key= doctype:varchar:140 field:varchar:140 value:longtext' },
    docTypes: {
      'Website Settings': {
        flags: 'single',
        fields: {
          'Small Text': 'subdomain',
          'Code=JSON': 'navbar_template_values',
          'Section Break': 'start',
          Check: 'on',
        },
        customFields: { Data: 'shop_address' },
      },
      'Health Report': { flags: 'single virtual', fields: { Data: 'summary' } },
    },
  })
  const values = rules.filter((rule) => rule.column === 'value')
  const named = values.filter((rule) => rule.single !== undefined)
  assert.deepEqual(
    named.map((rule) => [rule.single?.field, rule.action, rule.form, rule.json]),
    [
      ['subdomain', 'rewrite', 'host', false],
      ['navbar_template_values', 'rewrite', 'url', true],
      ['shop_address', 'rewrite', 'url', false],
      ['summary', 'never', 'url', false],
    ],
  )
  const leftOver = values.filter((rule) => rule.single === undefined)
  assert.deepEqual(
    leftOver.map((rule) => [rule.action, rule.where.map(({ column, test: how }) => `${column} ${how}`).join(' and ')]),
    [
      ['offer', 'doctype is and field is-not'],
      ['offer', 'doctype is and field is-not'],
      ['offer', 'doctype is-not'],
    ],
  )
  const knownFields = leftOver[0]?.where[1]?.values ?? []
  for (const field of ['subdomain', 'on', 'modified_by', 'shop_address']) assert.ok(knownFields.includes(field), field)
  assert.equal(brief(rules, 'tabSingles', 'doctype'), 'never url')
  assert.equal(brief(rules, 'tabSingles', 'field'), 'never url')
})

test('a record named by a field must be renamed: its field is shown, not changed', () => {
  const rules = rulesOf({
    tables: {
      'tabPartner Site': 'docstatus name:varchar:140 address:varchar:140 note:text',
      'tabEvent Producer': 'docstatus name:varchar:140 producer_url:varchar:140',
      'tabEmail Domain': 'docstatus name:varchar:140 domain_name:varchar:140 smtp_server:varchar:140',
    },
    docTypes: {
      'Partner Site': { flags: 'custom', autoname: 'field:address', fields: { Data: 'address', Text: 'note' } },
      'Event Producer': { autoname: 'field:producer_url', fields: { Data: 'producer_url' } },
      'Email Domain': { autoname: 'field:domain_name', fields: { Data: 'domain_name smtp_server' } },
    },
  })
  assert.equal(brief(rules, 'tabPartner Site', 'address'), 'external url')
  assert.equal(brief(rules, 'tabPartner Site', 'note'), 'rewrite url')
  assert.equal(brief(rules, 'tabEvent Producer', 'producer_url'), 'external url')
  assert.match(rules.find(({ column }) => column === 'producer_url')?.reason ?? '', /mirrored on the peer/)
  assert.equal(brief(rules, 'tabEmail Domain', 'domain_name'), 'external url')
  assert.equal(brief(rules, 'tabEmail Domain', 'smtp_server'), 'offer host')
})

test('definitions come from files, except those of DocTypes made on this site', () => {
  const tables = {
    tabDocField: 'docstatus name:varchar:140 options:text fieldname:varchar:140',
    tabDocType: 'name:varchar:140 description:text',
  }
  const docTypes = {
    DocField: { fields: { 'Small Text': 'options', Data: 'fieldname' } },
    DocType: { fields: { 'Small Text': 'description' } },
  }
  assert.equal(brief(rulesOf({ tables, docTypes }), 'tabDocField', 'options'), 'never url')
  const withOwn = rulesOf({ tables, docTypes: { ...docTypes, 'Shop Link': { flags: 'custom' } } })
  assert.deepEqual(branches(withOwn, 'tabDocField', 'options'), {
    'parent is Shop Link': 'offer',
    'parent is-not Shop Link': 'never',
  })
  assert.equal(brief(withOwn, 'tabDocType', 'description'), 'never url')
})

test('chosen links follow where their options are rewritten, and only there', () => {
  const options = 'Select=https://old.cloud/a\nhttps://old.cloud/b'
  const schema = expandSchema({
    tables: { tabContact: 'docstatus name:varchar:140 portal:varchar:140 kind:varchar:140 standard:varchar:140' },
    docTypes: {
      Contact: { fields: { [options]: 'standard' }, customFields: { [options]: 'portal', 'Select=a\nb': 'kind' } },
    },
  })
  const fields = schema.fields.map((field) => ({ ...field, optionsOfSite: field.custom }))
  const rules = classifySchema({ ...schema, fields })
  assert.equal(brief(rules, 'tabContact', 'portal'), 'rewrite url')
  assert.equal(brief(rules, 'tabContact', 'kind'), 'never url')
  assert.equal(brief(rules, 'tabContact', 'standard'), 'never url')
})

test('a mapped field that is a Link or a Password in this release is not rewritten', () => {
  const rules = rulesOf({
    tables: { 'tabDesktop Icon': 'docstatus name:varchar:140 link:varchar:140' },
    docTypes: { 'Desktop Icon': { fields: { 'Dynamic Link': 'link' } } },
  })
  assert.equal(brief(rules, 'tabDesktop Icon', 'link'), 'never url')
})

test('SQLite’s declared types count, and only limited columns have a limit', () => {
  const rules = rulesOf({
    tables: { tabNote: 'docstatus name:VARCHAR(140) title:varchar:140 content:LONGTEXT small:text raw:BLOB' },
    docTypes: { Note: { fields: { Data: 'title', 'Text Editor': 'content', 'Small Text': 'small', Code: 'raw' } } },
  })
  const limits = Object.fromEntries(rules.map((rule) => [rule.column, rule.maximumCharacters]))
  assert.equal(limits['title'], 140)
  assert.equal(limits['small'], 65535)
  assert.equal(limits['content'], null)
  assert.equal(limits['raw'], undefined)
  assert.equal(brief(rules, 'tabNote', 'name'), 'never url')
})
