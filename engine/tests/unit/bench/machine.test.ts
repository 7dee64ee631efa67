import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBenchVersion } from '../../../src/bench/bench-version.ts'
import { readCertificates } from '../../../src/bench/certificates.ts'
import { readNginxPart } from '../../../src/bench/machine-files.ts'
import { surveyBench } from '../../../src/bench/survey.ts'
import type { Command } from '../../../src/host/host.ts'
import { readCrontabs } from '../../../src/services/cron.ts'
import { benchTree, makeTree, optionsIn, quietHost, siteConfig } from './bench-tree.ts'

const completed = (stdout: string, exitCode = 0) => ({ exitCode, signal: null, stdout, stderr: '', timedOut: false })

test("root sees its own crontab and the bench owner's, each once", async (context) => {
  const root = await makeTree(context, { 'spool/crontabs/frappe': '1 spool\n', 'spool/crontabs/other': '2 spool\n' })
  const asked: string[] = []
  const host = quietHost({
    userId: 0,
    userName: 'root',
    run: async ({ argv }: Command) => {
      asked.push(argv.join(' '))
      return argv.includes('frappe')
        ? completed('# note\n\n0 1 * * * bench --site old.cloud backup\n')
        : completed('', 1)
    },
  })
  const options = { directories: [`${root}/spool/crontabs`], benchOwner: 'frappe', timeoutMilliseconds: 100 }
  const { lines } = await readCrontabs(host, options)
  assert.deepEqual(asked.sort(), ['crontab -l', 'crontab -u frappe -l'])
  assert.deepEqual(
    lines.map(({ where, kind, line, text }) => [where, kind, line, text]),
    [
      ['crontab of frappe', 'user-crontab', 3, '0 1 * * * bench --site old.cloud backup'],
      ['crontab of other', 'user-crontab', 1, '2 spool'],
    ],
  )
})

test("bench's version is read from its installed package", async (context) => {
  const root = await makeTree(context, {
    'venv/bin/bench': '#!{root}/venv/bin/python\nimport bench\n',
    'venv/lib/python3.11/site-packages/frappe_bench-5.31.0.dist-info/METADATA': '',
  })
  const host = quietHost({ run: async () => completed(`${root}/venv/bin/bench\n`) })
  assert.equal(await readBenchVersion(host, null), '5.31.0')
})

test('an nginx file that cannot be parsed is a finding', async (context) => {
  const root = await makeTree(context, { 'nginx.conf': 'events {}\nhttp { server { listen 80; }\n' })
  const { findings } = await readNginxPart(quietHost(), `${root}/nginx.conf`, [], [])
  assert.deepEqual(
    findings.map(({ id, subject }) => [id, subject]),
    [['nginx-file-problem', `${root}/nginx.conf`]],
  )
})

test('certificates of sites are findings when they expire, those of others are only facts', async (context) => {
  const fixture = new URL('../services/certificates/wildcard.pem', import.meta.url).pathname
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_a', {
      ssl_certificate: fixture,
      ssl_certificate_key: fixture.replace('.pem', '.key'),
    }),
    'etc/letsencrypt/live/other.cloud/fullchain.pem': 'broken, and not ours',
  })
  const facts = await surveyBench(quietHost(), `${root}/bench`, optionsIn(root))
  assert.equal(facts.certificates.length, 2)
  const live = `${root}/etc/letsencrypt/live`
  const idsAt = async (now: string) =>
    (await readCertificates(quietHost(), facts.sites, null, null, live, new Date(now))).findings.map(({ id }) => id)
  assert.deepEqual(await idsAt('2050-01-01'), [])
  assert.deepEqual(await idsAt('2300-01-01'), ['certificate-expired'])
})

test("the bench's wildcard certificate counts also while no site has a name under it", async (context) => {
  const certificate = new URL('../services/certificates/wildcard.pem', import.meta.url).pathname
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_a'),
    'bench/sites/common_site_config.json': {
      wildcard: {
        domain: '*.example.test',
        ssl_certificate: certificate,
        ssl_certificate_key: certificate.replace('.pem', '.key'),
      },
    },
  })
  const facts = await surveyBench(quietHost(), `${root}/bench`, optionsIn(root))
  assert.deepEqual(
    facts.certificates.map((one) => [one.certificate, one.keyMatches]),
    [[certificate, true]],
  )
})

test('a directory that may not be listed is told of, a missing one is not', async (context) => {
  const root = await makeTree(context, { ...benchTree(), 'bench/sites/a.cloud/site_config.json': siteConfig('_a') })
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  const real = quietHost()
  const host = quietHost({
    list: async (path) => (/crontabs|live|supervisor|systemd/.test(path) ? Promise.reject(denied) : real.list(path)),
  })
  const { findings } = await surveyBench(host, `${root}/bench`, optionsIn(root))
  assert.deepEqual(
    findings.filter(({ id }) => id.endsWith('-unreadable')).map(({ id, subject }) => [id, subject.slice(root.length)]),
    [
      ['certificates-unreadable', '/etc/letsencrypt/live'],
      ['supervisor-unreadable', '/etc/supervisor/conf.d'],
      ['systemd-unreadable', '/etc/systemd/system'],
      ['crontab-unreadable', '/spool/crontabs'],
    ],
  )
  const all = await surveyBench(real, `${root}/bench`, optionsIn(root))
  assert.deepEqual(
    all.findings.filter(({ id }) => id.endsWith('-unreadable')),
    [],
  )
})
