import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { answerPrivileged, PRIVILEGED_CHANNEL } from '../../../src/host/local/privileged-channel.ts'
import { certificatesOf, listAllowed, readAllowed } from '../../../src/host/local/privileged-reads.ts'

const FIXTURES = resolve(import.meta.dirname, '../services/certificates')
const SOURCE = resolve(import.meta.dirname, '../../../src')
const home = mkdtempSync(join(tmpdir(), 'migrator-reads-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

test('of a file that holds a key too only the certificates are told; of a key nothing', async () => {
  const key = readFileSync(join(FIXTURES, 'wildcard.key'), 'utf8')
  const certificate = readFileSync(join(FIXTURES, 'wildcard.pem'), 'utf8')
  writeFileSync(join(home, 'both.pem'), `${key}${certificate}`)
  assert.equal(await certificatesOf(join(home, 'both.pem')), certificate.trim())
  assert.equal(await certificatesOf(join(FIXTURES, 'wildcard.key')), '')
  await assert.rejects(certificatesOf('/dev/zero'))
  await assert.rejects(certificatesOf(home))
})

test("root lists and reads crontabs and Let's Encrypt's directory, and nothing else", async () => {
  for (const path of ['/root', '/etc', '/etc/letsencrypt/live/..', '/etc/letsencrypt/archive', home])
    await assert.rejects(listAllowed(path), /root does not list/)
  symlinkSync('/etc/shadow', join(home, 'shadow'))
  for (const path of ['/etc/shadow', '/etc/cron.d/../shadow', '/etc/cron.d/x/../../shadow', join(home, 'shadow')])
    await assert.rejects(readAllowed(path), /root does not read|ENOENT/)
})

test("the bench's owner, started by root, reads a certificate in a directory that is root's alone, and no key", async () => {
  assert.equal(process.getuid?.(), 0, 'this test needs root, to be two users')
  const live = join(home, 'live')
  mkdirSync(live)
  for (const name of ['wildcard.pem', 'wildcard.key'])
    writeFileSync(join(live, name), readFileSync(join(FIXTURES, name)))
  chmodSync(live, 0o700)
  chmodSync(home, 0o755)
  const asking = `
    const { localHost } = await import(${JSON.stringify(join(SOURCE, 'host/local/index.ts'))})
    const { inspectCertificate } = await import(${JSON.stringify(join(SOURCE, 'services/certificates.ts'))})
    const facts = await inspectCertificate(localHost(), ${JSON.stringify(join(live, 'wildcard.pem'))}, ${JSON.stringify(join(live, 'wildcard.key'))})
    const missing = await inspectCertificate(localHost(), ${JSON.stringify(join(live, 'no.pem'))}, null)
    process.stdout.write(JSON.stringify([facts, missing.problem]))
    process.disconnect()`
  const ask = async (channel: '0' | '1') => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', asking], {
      uid: 65534,
      gid: 65534,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { PATH: '/usr/bin:/bin', [PRIVILEGED_CHANNEL]: channel },
    })
    answerPrivileged(child)
    let said = ''
    child.stdout?.on('data', (chunk) => {
      said += chunk
    })
    await once(child, 'close')
    return JSON.parse(said)
  }
  const [facts, missing] = await ask('1')
  assert.deepEqual([facts.problem, facts.names[0], facts.keyMatches], [null, '*.example.test', null])
  assert.match(missing, /does not exist$/)
  const [refused] = await ask('0')
  assert.match(refused.problem, /may not be read \(EACCES\)$/)
})
