import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigratorError } from '../../../src/host/errors.ts'
import {
  type FoundPlace,
  type MigrationProfile,
  parseMigrationProfile,
  refuseContradicted,
  refuseUnsupported,
} from '../../../src/workflows/migration-profile.ts'

function refusal(work: () => unknown): MigratorError {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof MigratorError)
    assert.ok(error.untouched && error.hint)
    return error
  }
  assert.fail('it was not refused')
}
const parse = (value: unknown) => parseMigrationProfile('/p.json', JSON.stringify(value))

const whole = {
  source: { domain: 'old.cloud', server_ip: '10.0.0.1', bench_path: '/b', bench_version: '5.31.0' },
  target: { domain: 'new.domain', server_ip: '10.0.0.1', bench_path: '/b/' },
  services: { redis: 'local', proxy: 'nginx', ssl: 'none' },
}

test('a whole profile, and an empty one, are read', () => {
  assert.deepEqual(parse(whole), whole)
  assert.deepEqual(parse({}), {})
  assert.doesNotThrow(() => refuseUnsupported(parse(whole)))
})

for (const [what, value, says] of [
  ['unknown keys, each', { extra: 1, source: { flavor: 1, colour: 2 } }, [/extra/, /source\.flavor/, /source\.colour/]],
  ['wrong values, each', { services: { redis: 'far', ssl: 5 } }, [/services\.redis/, /services\.ssl/]],
  ['a list', [], [/:1:1: holds no object/]],
  ['null for a text', { source: { domain: null } }, [/source\.domain/]],
] as const) {
  test(`refused by name: ${what}`, () => {
    const error = refusal(() => parse(value))
    assert.deepEqual([error.code, error.kind], ['profile-invalid', 'usage'])
    for (const pattern of says) assert.match(error.evidence ?? '', pattern)
  })
}

for (const [path, value] of [
  ['source.db_password', { source: { db_password: 'S3CRET' } }],
  ['services.apiKey', { services: { apiKey: 'S3CRET' } }],
  ['encryption_key', { encryption_key: 'S3CRET' }],
  ['source.domain', { source: { domain: 'https://me:S3CRET@old.cloud' } }],
  ['deep.0.token', { deep: [{ token: 'S3CRET' }] }],
] as const) {
  test(`a secret is found wherever it stands, named by its place, never repeated: ${path}`, () => {
    const error = refusal(() => parse(value))
    assert.match(error.message, /must not hold secrets/)
    assert.ok(error.evidence?.includes(path))
    assert.ok(!JSON.stringify([error.message, error.evidence, error.hint]).includes('S3CRET'))
  })
}

test('what is no JSON is refused with line and column, without quoting it', () => {
  for (const text of ['{\n "db_password": S3CRET}', '{\n "db_password" "S3CRET"}', '{\n "db_password": "S3CRET",}']) {
    const error = refusal(() => parseMigrationProfile('/p.json', text))
    assert.match(error.message, /\/p\.json.*not valid JSON/)
    assert.match(error.evidence ?? '', /^\/p\.json:2:\d+: /)
    assert.ok(!JSON.stringify([error.message, error.evidence]).includes('S3CRET'), error.evidence)
  }
})

test('every value that a rename cannot do yet is named', () => {
  const profile = parse({
    source: { server_ip: '10.0.0.1', bench_path: '/a' },
    target: { server_ip: '10.0.0.2', bench_path: '/b' },
    database: { backup_file: '/x.sql.gz', restore_method: 'manual' },
    services: { redis: 'docker', proxy: 'caddy', ssl: 'self-signed' },
  })
  const { code, kind, evidence = '' } = refusal(() => refuseUnsupported(profile))
  assert.deepEqual([code, kind], ['profile-unsupported', 'refused'])
  for (const key of [
    'target.server_ip',
    'target.bench_path',
    'database.backup_file',
    'database.restore_method',
    'services.redis: docker',
    'services.proxy: caddy',
    'services.ssl: self-signed',
  ]) {
    assert.ok(evidence.includes(key), `${key} in ${evidence}`)
  }
})

const found: FoundPlace = {
  benchPath: '/b',
  profiled: { source: '/b', target: '/b' },
  addresses: ['127.0.0.1', '10.0.0.1', 'fe80::1', 'erp-1'],
  benchVersion: '5.31.0',
  redisUrls: ['redis://127.0.0.1:11000', 'redis://localhost:11001', 'unix:///run/redis.sock', 'localhost:1'],
  tls: false,
  nginxServes: true,
}

test('what a profile says of the bench must be so', () => {
  const profile: MigrationProfile = parse(whole)
  assert.doesNotThrow(() => refuseContradicted(profile, found))
  assert.doesNotThrow(() => refuseContradicted({}, { ...found, tls: true }))
  const differences: [Partial<FoundPlace>, RegExp][] = [
    [{ profiled: { source: '/other', target: '/b' } }, /source\.bench_path/],
    [{ profiled: { source: null, target: '/b' } }, /source\.bench_path/],
    [{ profiled: { source: '/b', target: '/other' } }, /target\.bench_path/],
    [{ benchVersion: null }, /source\.bench_version: 5\.31\.0, but .* not known/],
    [{ addresses: ['10.0.0.9'] }, /source\.server_ip: 10\.0\.0\.1/],
    [{ nginxServes: false }, /services\.proxy: nginx/],
    [{ benchVersion: '4.1.0' }, /source\.bench_version: 5\.31\.0/],
    [{ tls: true }, /services\.ssl: none/],
    [{ redisUrls: ['redis://:x@10.0.0.9:6379'] }, /services\.redis: local/],
    [{ redisUrls: ['redis://localhost.example:6379'] }, /services\.redis: local/],
  ]
  for (const [difference, says] of differences) {
    const error = refusal(() => refuseContradicted(profile, { ...found, ...difference }))
    assert.equal(error.kind, 'refused')
    assert.match(error.evidence ?? '', says)
  }
  const local = parse({ source: { server_ip: 'localhost' }, target: { server_ip: '::1' } })
  assert.doesNotThrow(() => refuseContradicted(local, found))
  const external = parse({ services: { redis: 'external' } })
  assert.match(refusal(() => refuseContradicted(external, found)).evidence ?? '', /services\.redis: external/)
})
