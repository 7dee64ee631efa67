import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MigratorError } from '../../../src/host/errors.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { factsOf, nameOf, requestOf, siteOf } from './facts.ts'

const old = siteOf('old.cloud', {
  names: [nameOf('www.old.cloud', 'nginx'), nameOf('10.0.0.5', 'host_name', { port: 8000, scheme: 'http' })],
})
const second = siteOf('second.test', { names: [nameOf('shop.test'), nameOf('both.test')] })
const third = siteOf('third.test', { names: [nameOf('both.test')] })
const facts = factsOf([old, second, third])
const names = (source: string, target: string, more: Partial<RenameRequest> = {}) =>
  resolveNames(facts, requestOf(source, target, more))

test('the directory follows when it is the source, and only the source is rewritten', () => {
  const found = names('old.cloud', 'new.domain')
  assert.equal(found.site, old)
  assert.deepEqual(found.directory, { from: 'old.cloud', to: 'new.domain' })
  assert.deepEqual(found.hosts, [{ from: 'old.cloud', to: 'new.domain' }])
  assert.deepEqual(
    found.others.map((name) => name.host),
    ['www.old.cloud', '10.0.0.5'],
  )
})

test('any name of the site may be the source; then the directory stays unless asked for', () => {
  assert.equal(names('www.old.cloud', 'new.domain').directory, null)
  assert.deepEqual(names('www.old.cloud', 'new.domain', { renameDirectory: 'yes' }).directory, {
    from: 'old.cloud',
    to: 'new.domain',
  })
  assert.equal(names('old.cloud', 'new.domain', { renameDirectory: 'no' }).directory, null)
})

test('letter case, a port and another spelling of the same name make no difference', () => {
  assert.equal(names('OLD.Cloud', 'New.Domain').target, 'new.domain')
  const withPort = names('10.0.0.5:8000', 'new.domain')
  assert.deepEqual(withPort.hosts, [{ from: '10.0.0.5', to: 'new.domain', fromPort: 8000 }])
  assert.equal(names('old.cloud', 'bücher.example').target, 'xn--bcher-kva.example')
})

test('--url gives links their scheme and port; else a name keeps its scheme, else TLS decides', () => {
  const given = names('old.cloud', 'new.domain', { url: 'https://new.domain:8443' })
  assert.deepEqual(given.hosts, [{ from: 'old.cloud', to: 'new.domain', toUrl: { scheme: 'https', port: 8443 } }])
  assert.equal(given.scheme, 'https')
  assert.equal(names('old.cloud', 'new.domain').scheme, 'http')
  const tls = siteOf('old.cloud', { tls: true })
  assert.equal(resolveNames(factsOf([tls]), requestOf('old.cloud', 'new.domain')).scheme, 'https')
  const plain = siteOf('s', { tls: true, names: [nameOf('old.cloud', 'host_name', { scheme: 'http' })] })
  assert.equal(resolveNames(factsOf([plain]), requestOf('old.cloud', 'new.domain')).scheme, 'http')
})

test('other names follow when named, and are no longer among the others', () => {
  const found = names('old.cloud', 'new.domain', { alsoRewrite: ['www.old.cloud', 'old.frappe.cloud'] })
  assert.deepEqual(
    found.hosts.map((rule) => rule.from),
    ['old.cloud', 'www.old.cloud', 'old.frappe.cloud'],
  )
  assert.deepEqual(
    found.others.map((name) => name.host),
    ['10.0.0.5'],
  )
})

for (const common of ['site1', 'frontend', 'localhost', '127.0.0.1']) {
  test(`a name as common as ${common} is the identity of the site and nothing else, unless named`, () => {
    const bench = factsOf([siteOf(common)])
    const found = resolveNames(bench, requestOf(common, 'new.domain'))
    assert.deepEqual([found.hosts, found.ambiguous], [[], common])
    assert.deepEqual(found.directory, { from: common, to: 'new.domain' })
    const asked = resolveNames(bench, requestOf(common, 'new.domain', { alsoRewrite: [common] }))
    assert.deepEqual([asked.hosts, asked.ambiguous], [[{ from: common, to: 'new.domain' }], null])
  })
}

function refusal(make: () => unknown): MigratorError {
  try {
    make()
  } catch (error) {
    assert.ok(error instanceof MigratorError)
    assert.ok(error.untouched && error.hint)
    return error
  }
  assert.fail('it was not refused')
}

const refusals: [string, string, string, Partial<RenameRequest>, string, MigratorError['kind']][] = [
  ['an unknown site', 'nowhere.test', 'new.domain', {}, 'site-not-found', 'usage'],
  ['a name of another site than --site', 'old.cloud', 'new.domain', { site: 'second.test' }, 'site-not-found', 'usage'],
  ['a name of two sites', 'both.test', 'new.domain', {}, 'source-ambiguous', 'usage'],
  ['the same name', 'old.cloud', 'OLD.CLOUD', {}, 'same-name', 'usage'],
  ['the same international name', 'old.cloud', 'old.cloud', {}, 'same-name', 'usage'],
  ['a scheme', 'old.cloud', 'https://new.domain', {}, 'name-invalid', 'usage'],
  ['a port in the target', 'old.cloud', 'new.domain:8000', {}, 'name-invalid', 'usage'],
  ["another site's directory", 'old.cloud', 'second.test', {}, 'target-taken', 'refused'],
  ["another site's alias", 'old.cloud', 'Shop.Test', {}, 'target-taken', 'refused'],
  [
    "another site's name to rewrite",
    'old.cloud',
    'new.domain',
    { alsoRewrite: ['shop.test'] },
    'name-of-other-site',
    'usage',
  ],
  ['a url of another host', 'old.cloud', 'new.domain', { url: 'https://other.test' }, 'url-invalid', 'usage'],
  ['a url with a path', 'old.cloud', 'new.domain', { url: 'https://new.domain/desk' }, 'url-invalid', 'usage'],
  ['a url with a password', 'old.cloud', 'new.domain', { url: 'https://a:b@new.domain' }, 'url-invalid', 'usage'],
  ['a url of another protocol', 'old.cloud', 'new.domain', { url: 'ftp://new.domain' }, 'url-invalid', 'usage'],
  ['no url', 'old.cloud', 'new.domain', { url: 'new.domain' }, 'url-invalid', 'usage'],
]
for (const [what, source, target, more, code, kind] of refusals) {
  test(`refused: ${what}`, () => {
    const error = refusal(() => names(source, target, more))
    assert.deepEqual([error.code, error.kind], [code, kind])
  })
}

test('a directory with an international name is the source in either spelling, and no other name', () => {
  const bench = factsOf([siteOf('käse.example')])
  for (const source of ['käse.example', 'xn--kse-qla.example', 'KÄSE.example']) {
    const found = resolveNames(bench, requestOf(source, 'new.domain'))
    assert.deepEqual([found.directory, found.others], [{ from: 'käse.example', to: 'new.domain' }, []])
  }
})

test('an international name is taken in either spelling', () => {
  const bench = factsOf([siteOf('old.cloud'), siteOf('käse.example')], {
    leftovers: [{ path: '/b/sites/bücher.example', kind: 'without-config', detail: 'left' }],
  })
  for (const target of ['käse.example', 'xn--kse-qla.example', 'bücher.example', 'xn--bcher-kva.example'])
    assert.equal(refusal(() => resolveNames(bench, requestOf('old.cloud', target))).code, 'target-taken')
})

test('a name given twice to --also-rewrite counts once', () => {
  const found = names('old.cloud', 'new.domain', { alsoRewrite: ['a.test', 'a.test'] })
  assert.equal(found.hosts.length, 2)
})

test('a name that another site carries too may follow when this site carries it', () => {
  const found = names('second.test', 'new.domain', { alsoRewrite: ['both.test'] })
  assert.deepEqual(
    found.hosts.map((rule) => rule.from),
    ['second.test', 'both.test'],
  )
})

test('beside a source with a port the same name without one can follow', () => {
  const found = names('10.0.0.5:8000', 'new.domain', { alsoRewrite: ['10.0.0.5'] })
  assert.deepEqual(found.hosts, [
    { from: '10.0.0.5', to: 'new.domain', fromPort: 8000 },
    { from: '10.0.0.5', to: 'new.domain' },
  ])
  assert.equal(names('old.cloud', 'new.domain', { alsoRewrite: ['old.cloud:8000'] }).hosts.length, 1)
})

test('--site tells which of two sites is meant', () => {
  assert.equal(names('both.test', 'new.domain', { site: 'third.test' }).site, third)
})

test('a password in --url is not repeated', () => {
  const error = refusal(() => names('old.cloud', 'new.domain', { url: 'https://me:S3CRET@new.domain' }))
  assert.ok(!`${error.message}${error.evidence}${error.hint}`.includes('S3CRET'))
})

test('a linked site, and a name that something left behind, are refused', () => {
  const linked = factsOf([siteOf('old.cloud', { linkTarget: '/elsewhere' })])
  assert.equal(refusal(() => resolveNames(linked, requestOf('old.cloud', 'new.domain'))).code, 'site-is-link')
  for (const kind of ['without-config', 'dangling-symlink', 'archived'] as const) {
    const left = factsOf([siteOf('old.cloud')], { leftovers: [{ path: '/x/sites/new.domain', kind, detail: 'why' }] })
    const error = refusal(() => resolveNames(left, requestOf('old.cloud', 'new.domain')))
    assert.deepEqual([error.code, error.kind], ['target-taken', 'refused'])
    assert.match(error.evidence ?? '', /new\.domain \(why\)/)
  }
})

const label = fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/)
const host = fc.tuple(label, label).map(([name, end]) => `${name}.${end}`)

test('whatever the names: the target is never another site, the rules lead to the target alone, each source once', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(host, { minLength: 4, maxLength: 8 }),
      fc.subarray([0, 1, 2, 3]),
      fc.constantFrom('auto', 'yes', 'no'),
      (hosts, also, renameDirectory) => {
        const [own = '', alias = '', other = '', target = ''] = hosts
        const bench = factsOf([siteOf(own, { names: [nameOf(alias)] }), siteOf(other)])
        const alsoRewrite = also.map((index) => hosts[index] ?? '')
        const wanted = requestOf(alias, target, { renameDirectory, alsoRewrite })
        if (alsoRewrite.includes(target)) {
          assert.ok(['same-name', 'name-of-other-site'].includes(refusal(() => resolveNames(bench, wanted)).code))
          return
        }
        if (alsoRewrite.includes(other)) {
          assert.equal(refusal(() => resolveNames(bench, wanted)).code, 'name-of-other-site')
          return
        }
        const found = resolveNames(bench, wanted)
        assert.equal(found.site.name, own)
        assert.ok(found.hosts.every((rule) => rule.to === target && rule.from !== target))
        assert.equal(new Set(found.hosts.map((rule) => rule.from)).size, found.hosts.length)
        assert.deepEqual(found.directory, renameDirectory === 'yes' ? { from: own, to: target } : null)
        assert.equal(refusal(() => resolveNames(bench, requestOf(alias, other))).code, 'target-taken')
      },
    ),
  )
})
