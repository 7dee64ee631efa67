import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { rewriteText } from '../../../src/rewrite/rewrite-text.ts'

const DATA = process.env['MIGRATOR_SHARED_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data')

/** Counted with grep in the dumps: every place of the name, those that are e-mail addresses or longer names, those alone. */
const SITES = [
  { site: 'site-v15', host: 'old.cloud', total: 2448, alone: 51 },
  { site: 'site-v14', host: 'erp.example.org', total: 397, alone: 51 },
]

/** What stands around a look-alike, and how often; the same in both sites. */
const LOOK_ALIKES = { 'me@§': 50, 'sales@§': 3, 'support@§': 1, '://shop.§': 5, '§.mx': 3 }

for (const { site, host, total, alone } of SITES) {
  const dump = join(DATA, site, 'database.sql.gz')
  test(`the places of ${host} in a real site's dump are told apart`, { skip: !existsSync(dump) }, () => {
    const before = gunzipSync(readFileSync(dump)).toString('utf8')
    const { value, changed, bare } = rewriteText(before, [{ from: host, to: 'new.domain' }], {
      form: 'url',
      json: false,
    })
    const lookAlikes = Object.values(LOOK_ALIKES).reduce((sum, count) => sum + count)
    assert.equal(occurrences(before, host), total)
    assert.equal(bare.length, alone)
    assert.equal(changed.length, total - alone - lookAlikes)
    assert.equal(occurrences(value, host), alone + lookAlikes)
    for (const [template, count] of Object.entries(LOOK_ALIKES)) {
      assert.equal(occurrences(value, template.replace('§', host)), count, template)
    }
    for (const link of [
      'https:\\\\/\\\\/§\\\\/x',
      'https%3A%2F%2F§%2Fy',
      'http://§:8000',
      '//§/m',
      '{\\"b\\": \\"//§/k'.slice(1),
    ]) {
      assert.ok(occurrences(before, link.replace('§', host)) > 0, link)
      assert.equal(
        occurrences(value, link.replace('§', 'new.domain')),
        occurrences(before, link.replace('§', host)),
        link,
      )
    }
  })
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1
}
