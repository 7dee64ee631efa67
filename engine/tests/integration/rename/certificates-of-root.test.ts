import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { MIGRATOR } from '../../servers/migrator.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-live-'))
chmodSync(home, 0o755)
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** As certbot leaves it: nobody but root may look into the directory. */
test('a site whose certificates only root may read is renamed when root starts it, and told how when its owner does', async () => {
  assert.equal(process.getuid?.(), 0, 'this test needs root, to be two users')
  const bench = join(home, 'bench')
  const live = join(home, 'live')
  mkdirSync(live)
  const [own, fresh] = await Promise.all([
    makeCertificate(join(live, 'old.cloud'), ['old.cloud']),
    makeCertificate(join(live, 'new.domain'), ['new.domain']),
  ])
  chmodSync(live, 0o700)
  await createSandboxBench({
    directory: bench,
    commonConfig: { webserver_port: 1 },
    siteConfig: { ssl_certificate: own.certificate, ssl_certificate_key: own.key },
  })
  // The new certificate is known from a block of nginx alone.
  writeFileSync(
    join(home, 'nginx.conf'),
    `events {}
http {
  server { listen 443 ssl; server_name old.cloud; root ${bench}/sites; ssl_certificate ${own.certificate}; ssl_certificate_key ${own.key}; }
  server { listen 443 ssl; server_name _; ssl_certificate ${fresh.certificate}; ssl_certificate_key ${fresh.key}; }
}
`,
  )
  execFileSync('chown', ['-R', 'www-data:www-data', bench])
  const parameters = [
    ...[
      'rename-domain',
      '--source',
      'old.cloud',
      '--target',
      'new.domain',
      '--bench',
      bench,
      '--plan',
      '--json',
      '--no-redirect',
    ],
    ...['--nginx-config', join(home, 'nginx.conf'), '--hosts-file', join(home, 'none')],
  ]
  const plan = (as: { uid?: number; gid?: number }) => {
    const { status, stdout, stderr } = spawnSync(MIGRATOR, parameters, {
      ...as,
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: '/tmp' },
    })
    return { status, stderr, findings: JSON.parse(stdout).findings ?? [], stdout }
  }
  const asRoot = plan({})
  assert.equal(asRoot.status, 2, JSON.stringify(asRoot.findings, null, 1) + asRoot.stderr)
  assert.ok(asRoot.stdout.includes(`"${fresh.certificate}"`))
  const owner = Number(execFileSync('id', ['-u', 'www-data']))
  const asOwner = plan({ uid: owner, gid: owner })
  const missing = asOwner.findings.find(({ id }: { id: string }) => id === 'certificate-missing')
  assert.ok(missing.evidence.includes(`${fresh.certificate} may not be read (EACCES)`))
  assert.match(missing.remedies[0], /^If there is one already, have it read: sudo .*rename-domain/)
})
