import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { localHost } from '../../../src/host/local/index.ts'
import { certificateCovers, inspectCertificate } from '../../../src/services/certificates.ts'

const FIXTURES = path.join(import.meta.dirname, 'certificates')
const host = localHost()
const inspect = (name: string, key: string | null) =>
  inspectCertificate(host, `${FIXTURES}/${name}`, key === null ? null : path.resolve(FIXTURES, key))

test('a certificate tells its names, its validity and that its key belongs to it', async () => {
  const facts = await inspect('wildcard.pem', 'wildcard.key')
  assert.deepEqual(facts.names, ['*.example.test', 'example.test', '10.0.0.5'])
  assert.equal(facts.keyMatches, true)
  assert.equal(facts.problem, null)
  assert.ok(new Date(facts.validTo) > new Date('2100-01-01'))
})

test('a wildcard covers exactly one label, and only within its validity', async () => {
  const facts = await inspect('wildcard.pem', null)
  const now = new Date('2050-01-01')
  assert.equal(certificateCovers(facts, 'shop.example.test', now), true)
  assert.equal(certificateCovers(facts, 'SHOP.Example.test', now), true)
  assert.equal(certificateCovers(facts, 'example.test', now), true)
  assert.equal(certificateCovers(facts, 'a.shop.example.test', now), false)
  assert.equal(certificateCovers(facts, 'shop.example.test.evil.test', now), false)
  assert.equal(certificateCovers(facts, 'shopexample.test', now), false)
  assert.equal(certificateCovers(facts, 'shop.example.test', new Date('2300-01-01')), false)
  assert.equal(certificateCovers(facts, 'shop.example.test', new Date('2000-01-01')), false)
})

test('an international name is covered in either spelling', async () => {
  const facts = await inspect('idn.pem', null)
  assert.equal(certificateCovers(facts, 'münchen.test', new Date('2050-01-01')), true)
  assert.equal(certificateCovers(facts, 'xn--mnchen-3ya.test', new Date('2050-01-01')), true)
})

test('a key of another certificate is a problem, and such a certificate covers nothing', async () => {
  const facts = await inspect('idn.pem', 'wildcard.key')
  assert.equal(facts.keyMatches, false)
  assert.match(facts.problem ?? '', /belongs to another certificate/)
  assert.equal(certificateCovers(facts, 'xn--mnchen-3ya.test', new Date('2050-01-01')), false)
})

test('missing and broken files are a problem, not a crash, and their content is not quoted', async () => {
  assert.match((await inspect('none.pem', null)).problem ?? '', /does not exist/)
  assert.match((await inspect('wildcard.pem', 'none.key')).problem ?? '', /none\.key does not exist/)
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-certificate-'))
  try {
    await writeFile(`${directory}/odd.key`, 'hunter2 is no key')
    await writeFile(`${directory}/odd.pem`, 'no certificate')
    const brokenKey = await inspect('wildcard.pem', `${directory}/odd.key`)
    assert.match(brokenKey.problem ?? '', /cannot be used/)
    assert.doesNotMatch(JSON.stringify(brokenKey), /hunter2/)
    assert.match((await inspectCertificate(host, `${directory}/odd.pem`, null)).problem ?? '', /no PEM certificate/)
    assert.match((await inspectCertificate(host, directory, null)).problem ?? '', /EISDIR/)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('a key we may not read leaves the match open', async () => {
  const closed = {
    ...host,
    readFile: async (file: string) => {
      if (file.endsWith('.key')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      return host.readFile(file)
    },
  }
  const facts = await inspectCertificate(closed, `${FIXTURES}/wildcard.pem`, `${FIXTURES}/wildcard.key`)
  assert.equal(facts.keyMatches, null)
  assert.equal(facts.problem, null)
})
