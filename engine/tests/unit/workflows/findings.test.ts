import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SiteName } from '../../../src/bench/bench-facts.ts'
import { planFindings } from '../../../src/workflows/rename-domain/findings.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import type { RenameInput } from '../../../src/workflows/rename-domain/plan.ts'
import { factsOf, nameOf, requestOf, siteOf } from './facts.ts'

const column = (action: string, overflows: string[]) => ({ action, overflows, label: 'tabWebhook.request_url' })

function findings(more: {
  database?: { occurrences?: object }
  request?: object
  common?: Record<string, unknown>
  source?: string
  names?: SiteName[]
  target?: string
}) {
  const facts = factsOf([siteOf('old.cloud', { names: more.names ?? [] }), siteOf('second.test')], {
    common: more.common ?? {},
  })
  const request = requestOf(more.source ?? 'old.cloud', more.target ?? 'new.domain', more.request)
  const database = { occurrences: { columns: [], absent: [], ...more.database?.occurrences } }
  const input = {
    facts,
    request,
    names: resolveNames(facts, request),
    database,
    givenCertificate: null,
  }
  // Only what findings look at: the rest of a plan's input is large and has no part in them.
  return planFindings(input as unknown as RenameInput)
}
const ids = (found: ReturnType<typeof findings>) => found.map(({ id, severity }) => `${severity} ${id}`)

test('nothing in the way, nothing said', () => assert.deepEqual(findings({}), []))

test('a value that the new name makes too long blocks, with its rows and the switch that leaves it out', () => {
  const found = findings({ database: { occurrences: { columns: [column('rewrite', ['HOOK-1', 'HOOK-2'])] } } })
  assert.deepEqual(ids(found), ['critical value-too-long'])
  assert.match(found[0]?.evidence ?? '', /HOOK-1, HOOK-2/)
  assert.match(found[0]?.remedies.join() ?? '', /--exclude "tabWebhook\.request_url"/)
  assert.deepEqual(findings({ database: { occurrences: { columns: [column('offer', ['HOOK-1'])] } } }), [])
})

test('a key without its certificate blocks; an underscore is only warned of', () => {
  assert.deepEqual(ids(findings({ request: { certificateKey: '/k' } })), ['critical certificate-unusable'])
  assert.deepEqual(ids(findings({ target: 'new_name.domain' })), ['warning name-unusual'])
})

test('a host_name for every site is told without the password in it', () => {
  const found = findings({ common: { host_name: 'https://me:S3CRET@x.test' } })
  assert.deepEqual(ids(found), ['warning host-name-for-all'])
  assert.ok(!JSON.stringify(found).includes('S3CRET'))
})

test('a name to be rewritten that is nowhere is warned of; one of the site, or one that values hold, is not', () => {
  const names = [nameOf('www.old.cloud')]
  const request = { alsoRewrite: ['unrelated.example', 'www.old.cloud', 'held.example'] }
  const found = findings({
    names,
    request,
    database: { occurrences: { absent: ['unrelated.example', 'www.old.cloud'] } },
  })
  assert.deepEqual(ids(found), ['warning name-unknown'])
  assert.match(found[0]?.title ?? '', /unrelated\.example/)
})

test('a host_name that goes on naming another name is warned of, with both ways', () => {
  const names = [nameOf('erp.old.com', 'host_name', { scheme: 'https' })]
  const found = findings({ names })
  assert.deepEqual(ids(found), ['warning host-name-stays'])
  assert.match(
    `${found[0]?.title} ${found[0]?.remedies}`,
    /mails.* erp\.old\.com.*--also-rewrite erp\.old\.com.*--source erp\.old\.com/,
  )
  assert.deepEqual(findings({ names, request: { alsoRewrite: ['erp.old.com'] } }), [])
  assert.deepEqual(findings({ names, source: 'erp.old.com' }), [])
})

for (const target of ['localhost', 'erp', '10.0.0.5', '127.0.0.1']) {
  test(`a target like ${target} is warned of`, () => {
    assert.deepEqual(ids(findings({ target })), ['warning target-common'])
  })
}
