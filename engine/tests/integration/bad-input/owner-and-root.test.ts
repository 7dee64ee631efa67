/** Who owns the bench does the work; root only starts it. Here `nobody` owns it, and sudo lets nobody do anything. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { type Ended, MIGRATOR, migrator } from '../../servers/migrator.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-owner-'))
const bench = join(home, 'bench')
const rootOnly = join(home, 'root-only')
const hosts = join(rootOnly, 'hosts')
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

before(async () => {
  chmodSync(home, 0o755)
  await createSandboxBench({ directory: bench })
  execFileSync('chown', ['-R', 'nobody:', bench])
  mkdirSync(rootOnly, { mode: 0o755 })
  writeFileSync(hosts, '127.0.0.1 localhost\n127.0.0.1 old.cloud\n')
})

const machine = ['--nginx-config', join(home, 'none'), '--crontab-directory', join(home, 'none')]
const rename = (...more: string[]) => [
  ...['rename-domain', '--source', 'old.cloud', '--target', 'new.domain', '--bench', bench, '--no-interactive'],
  ...machine,
  ...more,
]

function asUser(user: string, parameters: string[], environment: Record<string, string> = {}): Ended {
  const ended = spawnSync(MIGRATOR, parameters, {
    cwd: '/',
    encoding: 'utf8',
    uid: Number(execFileSync('id', ['-u', user])),
    gid: Number(execFileSync('id', ['-g', user])),
    env: { PATH: process.env['PATH'], HOME: '/tmp', ...environment },
  })
  return { code: ended.status ?? 128, stdout: ended.stdout, stderr: ended.stderr }
}

test('rights that are missing block the plan already, with the whole command that has them', () => {
  const { code, stdout } = asUser('nobody', rename('--hosts-file', hosts, '--include', 'tabToDo.description', '--plan'))
  assert.equal(code, 4, stdout)
  assert.match(stdout, /BLOCKED +Rights are missing/)
  assert.match(stdout, new RegExp(`root is needed to write ${hosts}`))
  assert.match(stdout, /Name the site in the hosts file .* \(root\)/)
  assert.match(stdout, new RegExp(`As root\n  write ${hosts}`))
  const command = /sudo frappe-migrator rename-domain --source old\.cloud .*/.exec(stdout)?.[0] ?? ''
  for (const part of [`--hosts-file ${hosts}`, `--bench ${bench}`, '--include tabToDo.description'])
    assert.ok(command.includes(part), command)
})

test('users of the Frappe app are told the script behind it, since bench refuses root', () => {
  const environment = { MIGRATOR_TYPED_AS: 'bench migrator', MIGRATOR_AS_ROOT: '/bench/env/bin/frappe-migrator' }
  const { stdout } = asUser('nobody', rename('--hosts-file', hosts, '--plan'), environment)
  assert.match(stdout, /: sudo \/bench\/env\/bin\/frappe-migrator rename-domain --source old\.cloud/)
  assert.match(stdout, /look again:\n +bench migrator rename-domain --source old\.cloud/)
})

test('as root the same plan is not blocked', async () => {
  const { code, stdout, stderr } = await migrator(home, rename('--hosts-file', hosts, '--plan'))
  assert.equal(code, 2, stderr + stdout)
  assert.match(stdout, /root +1 action, listed below/)
})

test('somebody else is told the whole command to type as the owner and as root', () => {
  const { code, stderr } = asUser('daemon', rename('--plan'))
  assert.equal(code, 4, stderr)
  assert.match(
    stderr,
    new RegExp(`sudo -iu nobody, then: cd ${bench} && frappe-migrator rename-domain .*--plan --bench`),
  )
  assert.match(stderr, new RegExp(`sudo frappe-migrator rename-domain .* --bench ${bench}`))
})

test('a file that root may read and the owner may not is called that, not a broken one', async () => {
  const plan = join(rootOnly, 'plan.json')
  const saved = await migrator(
    home,
    rename('--hosts-file', join(home, 'none'), '--plan', '--out', join(bench, 'p.json')),
  )
  assert.equal(saved.code, 2, saved.stderr)
  writeFileSync(plan, readFileSync(join(bench, 'p.json')), { mode: 0o600 })
  const profile = join(rootOnly, 'profile.json')
  writeFileSync(profile, '{}', { mode: 0o600 })
  for (const [parameters, says] of [
    [['rename-domain', '--plan-file', plan], /The plan .* may not be read by nobody, who owns the bench/],
    [rename('--profile', profile), /The profile .* may not be read by nobody, who owns the bench/],
    [rename('--plan', '--out', join(rootOnly, 'new.json')), /root-only: EACCES, for nobody, who owns the bench/],
  ] as const) {
    const { code, stderr } = await migrator(home, [...parameters])
    assert.equal(code, 3, stderr)
    assert.match(stderr, says)
  }
})

test('a record of runs, or a file of a foreign group, that the owner may not write refuses the rename', () => {
  const none = ['--hosts-file', join(home, 'none')]
  const state = join(bench, '.migrator')
  mkdirSync(join(state, 'runs'), { recursive: true, mode: 0o755 })
  const { code, stderr } = asUser('nobody', rename(...none))
  assert.equal(code, 4, stderr)
  assert.match(stderr, /\.migrator may not be written[\s\S]*Nothing was changed[\s\S]*owner of the bench/)
  execFileSync('chown', ['-R', 'nobody:', state])
  const config = join(bench, 'sites', 'old.cloud', 'site_config.json')
  execFileSync('chgrp', ['root', config])
  const group = asUser('nobody', rename(...none))
  assert.equal(group.code, 4, group.stderr)
  assert.match(group.stderr, /may not write .*site_config\.json/)
  execFileSync('chown', ['nobody:', config])
})

test('what a rollback may not write is found before it touches anything', () => {
  const none = ['--hosts-file', join(home, 'none')]
  const done = asUser('nobody', rename(...none))
  assert.equal(done.code, 0, done.stderr)
  const site = join(bench, 'sites', 'new.domain')
  const config = readFileSync(join(site, 'site_config.json'), 'utf8')
  execFileSync('chown', ['root', site])
  const rollback = ['rollback', '--bench', bench, '--no-interactive', ...machine, ...none]
  const refused = asUser('nobody', rollback)
  assert.equal(refused.code, 5, refused.stderr)
  assert.match(refused.stderr, /site_config\.json may not be written[\s\S]*Nothing was changed/)
  assert.equal(readFileSync(join(site, 'site_config.json'), 'utf8'), config)
  execFileSync('chown', ['nobody', site])
  const back = asUser('nobody', rollback)
  assert.equal(back.code, 0, back.stderr)
})
