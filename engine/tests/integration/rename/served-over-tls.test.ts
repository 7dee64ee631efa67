import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeCertificate, type TestCertificate } from '../../servers/certificate.ts'
import { type Stage, said, setStage } from './stage.ts'

/** The site has a certificate of its own; a further name of it lives under the bench's wildcard. */
const [source, target, underWildcard] = ['old.cloud', 'new.domain', 'old.wild.test']
const home = mkdtempSync(join(tmpdir(), 'migrator-tls-'))
let stage: Stage
let certificates: { own: TestCertificate; wildcard: TestCertificate; given: TestCertificate; expired: TestCertificate }
let digestBefore: string
let treeBefore: string[]

before(async () => {
  const [own, wildcard, given, expired] = await Promise.all([
    makeCertificate(join(home, 'own'), [source]),
    makeCertificate(join(home, 'wildcard'), ['*.wild.test']),
    makeCertificate(join(home, 'given'), [target]),
    makeCertificate(join(home, 'expired'), [target], -1),
  ])
  certificates = { own, wildcard, given, expired }
  const pair = ({ certificate, key }: TestCertificate) => ({ ssl_certificate: certificate, ssl_certificate_key: key })
  stage = await setStage({
    dataSet: 'site-v14',
    site: source,
    siteConfig: { host_name: `https://${source}`, ...pair(own), domains: [underWildcard] },
    commonConfig: { wildcard: { domain: '*.wild.test', ...pair(wildcard) } },
  })
  digestBefore = await stage.digest()
  treeBefore = stage.tree()
})
after(async () => {
  await stage?.stop()
  rmSync(home, { recursive: true })
})

const config = (name: string) =>
  JSON.parse(readFileSync(join(stage.bench.sitesDirectory, name, 'site_config.json'), 'utf8'))

/** Status and Location over TLS, the certificate being checked against this authority alone. */
function visit(
  host: string,
  { authority }: TestCertificate,
): Promise<{ status: number; location: string | undefined }> {
  const ca = readFileSync(authority)
  const place = { host: '127.0.0.1', port: stage.nginx.httpsPort, servername: host, path: '/login', ca }
  return new Promise((resolve, reject) => {
    const sent = get({ ...place, headers: { host }, agent: false }, (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode ?? 0, location: answer.headers.location })
    })
    sent.once('error', reject)
  })
}

async function takenBack(): Promise<void> {
  const back = await stage.migrate('rollback', '--no-interactive')
  assert.equal(back.code, 0, said(back))
  assert.equal(await stage.digest(), digestBefore)
  assert.deepEqual(stage.tree(), treeBefore)
  assert.equal((await visit(source, certificates.own)).status, 200)
}

const given = ({ certificate, key }: TestCertificate) => ['--certificate', certificate, '--certificate-key', key]

test('without a certificate that covers the new name the rename is refused, and nothing is touched', async () => {
  const { own, expired } = certificates
  const cases: [string[], RegExp][] = [
    [[], /old\.cloud is served over TLS, and no certificate on this machine covers new\.domain[\s\S]*certbot/],
    [given(own), /cannot serve new\.domain[\s\S]*it covers old\.cloud/],
    [given(expired), /cannot serve new\.domain[\s\S]*expired/],
    [['--certificate', certificates.given.certificate], /--certificate-key is missing/],
  ]
  for (const [parameters, says] of cases) {
    const refused = await stage.rename(source, target, ...parameters)
    assert.equal(refused.code, 4, said(refused))
    assert.match(refused.stderr, says)
  }
  assert.equal(await stage.digest(), digestBefore)
  assert.deepEqual(stage.tree(), treeBefore)
})

test('with a certificate the new name is served over TLS, and the old one redirects under its own', async () => {
  const done = await stage.rename(source, target, ...given(certificates.given), '--json')
  assert.equal(done.code, 0, said(done))
  assert.equal(JSON.parse(done.stdout).verification_results.https_working, true)
  assert.equal((await visit(target, certificates.given)).status, 200)
  assert.deepEqual(await visit(source, certificates.own), { status: 307, location: `https://${target}/login` })
  assert.equal((await visit(underWildcard, certificates.wildcard)).status, 200)
  const { host_name, ssl_certificate, ssl_certificate_key } = config(target)
  const { certificate, key } = certificates.given
  assert.deepEqual([host_name, ssl_certificate, ssl_certificate_key], [`https://${target}`, certificate, key])
  await takenBack()
})

test('--rename-directory no leaves the directory, and the new name leads to it over TLS', async () => {
  const done = await stage.rename(source, target, ...given(certificates.given), '--rename-directory', 'no')
  assert.equal(done.code, 0, said(done))
  assert.ok(!existsSync(join(stage.bench.sitesDirectory, target)))
  assert.equal((await visit(target, certificates.given)).status, 200)
  assert.equal((await visit(source, certificates.own)).status, 307)
  assert.equal(config(source).host_name, `https://${target}`)
  await takenBack()
})

test("a name under the bench's wildcard needs no certificate of its own", async () => {
  const done = await stage.rename(underWildcard, 'new.wild.test')
  assert.equal(done.code, 0, said(done))
  assert.equal((await visit('new.wild.test', certificates.wildcard)).status, 200)
  const old = await visit(underWildcard, certificates.wildcard)
  assert.deepEqual(old, { status: 307, location: 'https://new.wild.test/login' })
  assert.equal((await visit(source, certificates.own)).status, 200)
  await takenBack()
})
