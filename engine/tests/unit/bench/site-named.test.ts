import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BenchFacts } from '../../../src/bench/bench-facts.ts'
import { siteNamed } from '../../../src/bench/site-named.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { factsOf, nameOf, siteOf } from '../workflows/facts.ts'

const old = siteOf('old.cloud', { names: [nameOf('www.shared.test')] })
const second = siteOf('second.test', { names: [nameOf('www.shared.test')] })

function refusal(name: string, more: Partial<BenchFacts> = {}, among: string | null = null): string {
  try {
    siteNamed(factsOf([old, second], more), name, among)
  } catch (error) {
    assert.ok(error instanceof MigratorError)
    assert.equal(error.kind, 'usage')
    return `${error.message} ${error.evidence ?? ''} ${error.hint}`
  }
  assert.fail('it was found')
}

test('a name of one site finds it; a name of two says both, and one of them can be said', () => {
  const facts = factsOf([old, second])
  assert.equal(siteNamed(facts, 'OLD.cloud'), old)
  assert.equal(siteNamed(facts, 'www.shared.test', 'second.test'), second)
  assert.match(refusal('www.shared.test'), /several sites: old\.cloud, second\.test\..*--site NAME/)
  assert.match(refusal('old.cloud', {}, 'second.test'), /not a name of the site second\.test.*old\.cloud/)
})

test('two sites on one database are told so', () => {
  const finding = { id: 'duplicate-database', severity: 'critical', title: '', remedies: [] } as const
  const evidence = 'mariadb _x at this machine:3306: a/site_config.json, b/site_config.json'
  const findings = ['old.cloud', 'second.test'].map((subject) => ({ ...finding, remedies: [], evidence, subject }))
  assert.match(
    refusal('www.shared.test', { findings }),
    /share one database: mariadb _x at this machine.*out of sites\//,
  )
})

test('a name that only has the wrong port is told without it', () => {
  assert.match(
    refusal('old.cloud:9999'),
    /known as old\.cloud:9999.*the site old\.cloud is known as old\.cloud Give it so: old\.cloud/,
  )
})

test('an unknown name may be in a configuration that could not be read, or that of a directory that is no site', () => {
  const findings: BenchFacts['findings'] = [
    {
      id: 'config-invalid-json',
      severity: 'critical',
      title: '',
      evidence: `${second.config.path}:3:7: a comma is missing`,
      remedies: [],
      subject: second.config.path,
    },
  ]
  const leftovers: BenchFacts['leftovers'] = [
    { path: '/b/sites/gone.test', kind: 'without-config', detail: 'a directory without site_config.json' },
  ]
  const said = refusal('gone.test', { findings, leftovers })
  assert.match(said, /\/b\/sites\/gone\.test: a directory without site_config\.json/)
  assert.match(said, /second\.test\/site_config\.json:3:7: a comma is missing/)
  assert.doesNotMatch(refusal('nowhere.test', { leftovers }), /gone\.test/)
})
