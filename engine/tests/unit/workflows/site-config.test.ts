import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import {
  planCommonConfig,
  planSiteConfig,
  renamedAddress,
} from '../../../src/workflows/rename-domain/plan-site-config.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { factsOf, nameOf, requestOf, siteOf } from './facts.ts'

interface Place {
  site?: Parameters<typeof siteOf>[1]
  common?: Record<string, unknown>
  source?: string
  request?: Partial<RenameRequest>
  certificate?: { certificate: string; key: string }
}

function editsOf({ site, common = {}, source = 'old.cloud', request, certificate }: Place) {
  const facts = factsOf([siteOf('old.cloud', site)], { common })
  const names = resolveNames(facts, requestOf(source, 'new.domain', request))
  const plain = (edits: ReturnType<typeof planSiteConfig>) =>
    Object.fromEntries(edits.map(({ edit }) => [edit.keys.join('.'), edit.value]))
  return { own: plain(planSiteConfig(names, certificate ?? null)), common: plain(planCommonConfig(facts, names)) }
}

for (const [text, url, after] of [
  ['old.cloud', null, 'http://new.domain'],
  ['https://old.cloud', null, 'https://new.domain'],
  ['https://OLD.cloud:8443', null, 'https://new.domain:8443'],
  ['http://old.cloud/', null, 'http://new.domain/'],
  [' https://old.cloud ', null, 'https://new.domain'],
  ['http://old.cloud:8000', 'https://new.domain', 'https://new.domain'],
  ['http://old.cloud', 'https://new.domain:8443', 'https://new.domain:8443'],
  ['https://www.old.cloud', null, null],
  ['https://old.cloud.example', null, null],
  ['https://other.test/old.cloud', null, null],
  ['', null, null],
] as const) {
  test(`host_name ${JSON.stringify(text)}${url ? ` with --url ${url}` : ''} becomes ${after ?? 'nothing else'}`, () => {
    const names = resolveNames(factsOf([siteOf('old.cloud')]), requestOf('old.cloud', 'new.domain', { url }))
    assert.equal(renamedAddress(text, names), after)
  })
}

test('host_name and hostname are renamed where they name the source, and left alone where not', () => {
  assert.deepEqual(editsOf({ site: { keys: { host_name: 'https://old.cloud', hostname: 'old.cloud' } } }).own, {
    host_name: 'https://new.domain',
    hostname: 'http://new.domain',
  })
  assert.deepEqual(editsOf({ site: { keys: { host_name: 'https://www.old.cloud' } } }).own, {})
})

test('without host_name it is set only where Frappe would build wrong links', () => {
  assert.deepEqual(editsOf({}).own, {})
  assert.deepEqual(editsOf({ site: { tls: true } }).own, { host_name: 'https://new.domain' })
  assert.deepEqual(editsOf({ request: { url: 'http://new.domain:8000' } }).own, {
    host_name: 'http://new.domain:8000',
  })
  assert.deepEqual(editsOf({ request: { renameDirectory: 'no' } }).own, {
    host_name: 'http://new.domain',
    domains: ['new.domain'],
  })
})

test('domains: the entry is renamed in its own form, others stay, none stands twice', () => {
  const cert = { ssl_certificate: '/old.pem', ssl_certificate_key: '/old.key' }
  const domains = ['www.old.cloud', 'OLD.cloud', { domain: 'old.cloud', ...cert }, { domain: 'x.test', ...cert }, 5]
  assert.deepEqual(editsOf({ site: { keys: { domains } } }).own['domains'], [
    'www.old.cloud',
    'new.domain',
    { domain: 'x.test', ...cert },
    5,
  ])
  const certificate = { certificate: '/new.pem', key: '/new.key' }
  const [, entry] = editsOf({
    site: { keys: { domains: ['a.test', { domain: 'old.cloud', ...cert, more: 1 }] } },
    certificate,
  }).own['domains'] as unknown[]
  assert.deepEqual(entry, {
    domain: 'new.domain',
    ssl_certificate: '/new.pem',
    ssl_certificate_key: '/new.key',
    more: 1,
  })
})

test('an alias that is renamed is renamed in domains, and the directory stays found under its own name', () => {
  const keys = { domains: ['www.old.cloud'], host_name: 'https://old.cloud' }
  const names = [nameOf('www.old.cloud')]
  assert.deepEqual(editsOf({ site: { keys, names }, source: 'www.old.cloud' }).own, { domains: ['new.domain'] })
})

test('a name that follows by --also-rewrite follows in the configuration too', () => {
  const keys = { host_name: 'https://www.old.cloud', domains: ['www.old.cloud'] }
  const request = { alsoRewrite: ['www.old.cloud'] }
  assert.deepEqual(editsOf({ site: { keys, names: [nameOf('www.old.cloud')] }, request }).own, {
    host_name: 'https://new.domain',
    domains: ['new.domain'],
  })
})

test('certificate paths change only where there were some', () => {
  const certificate = { certificate: '/new.pem', key: '/new.key' }
  const keys = { host_name: 'https://old.cloud', ssl_certificate: '/old.pem', ssl_certificate_key: '/old.key' }
  assert.deepEqual(editsOf({ site: { keys, tls: true }, certificate }).own, {
    host_name: 'https://new.domain',
    ssl_certificate: '/new.pem',
    ssl_certificate_key: '/new.key',
  })
  assert.deepEqual(editsOf({ site: { keys: { host_name: 'https://old.cloud' } }, certificate }).own, {
    host_name: 'https://new.domain',
  })
})

test('common_site_config: default_site follows the directory, host_name and wildcard the name', () => {
  const common = {
    default_site: 'old.cloud',
    host_name: 'https://old.cloud',
    wildcard: { domain: 'old.cloud', ssl_certificate: '/w.pem' },
  }
  assert.deepEqual(editsOf({ common }).common, {
    default_site: 'new.domain',
    host_name: 'https://new.domain',
    wildcard: { domain: 'new.domain', ssl_certificate: '/w.pem' },
  })
  assert.deepEqual(editsOf({ common, request: { renameDirectory: 'no' } }).common['default_site'], undefined)
  assert.deepEqual(
    editsOf({ common: { default_site: 'other', host_name: 'https://x.test', wildcard: { domain: '*.old.cloud' } } })
      .common,
    {},
  )
  assert.deepEqual(editsOf({ common: { default_site: 5, host_name: null, wildcard: 'old.cloud' } }).common, {})
})

test('an international name is the same name in either spelling', () => {
  const keys = { host_name: 'https://bücher.example', domains: ['BÜCHER.example', 'other.example'] }
  for (const source of ['bücher.example', 'xn--bcher-kva.example', 'Bücher.Example']) {
    const site = { keys, names: [nameOf('xn--bcher-kva.example', 'host_name', { scheme: 'https' })] }
    assert.deepEqual(editsOf({ site, source, request: { renameDirectory: 'yes' } }).own, {
      host_name: 'https://new.domain',
      domains: ['new.domain', 'other.example'],
    })
  }
})
