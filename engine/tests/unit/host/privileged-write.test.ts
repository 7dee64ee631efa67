import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { settleUnfinishedPrivileged, writeFilePrivileged } from '../../../src/host/local/privileged.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-privileged-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** Started as root, the fixed argument vectors run directly instead of through sudo. */
test('a file that is a mount point of its own is written in place, and what a kill left is settled', async (t) => {
  const hosts = join(home, 'hosts')
  writeFileSync(hosts, '127.0.0.1 localhost\n# longer before\n', { mode: 0o640 })
  const mounted = spawnSync('mount', ['--bind', hosts, hosts], { encoding: 'utf8' })
  assert.equal(mounted.status, 0, `this test binds a file and needs root for that: ${mounted.stderr}`)
  t.after(() => spawnSync('umount', [hosts]))
  const { ino } = statSync(hosts)
  await writeFilePrivileged(hosts, '127.0.0.1 new.domain\n')
  assert.equal(readFileSync(hosts, 'utf8'), '127.0.0.1 new.domain\n')
  assert.equal(statSync(hosts).ino, ino)
  assert.deepEqual(readdirSync(home), ['hosts'])

  writeFileSync(join(home, '.hosts.migrator-in-place'), '127.0.0.1 whole\n')
  writeFileSync(hosts, '127.0.0.1 wh')
  await settleUnfinishedPrivileged(hosts)
  assert.equal(readFileSync(hosts, 'utf8'), '127.0.0.1 whole\n')
  assert.deepEqual(readdirSync(home), ['hosts'])
})

test('a program that fails as root is not called a refusal of sudo', async () => {
  const directory = join(home, 'a-directory')
  spawnSync('mkdir', ['-p', join(directory, '.x.migrator')])
  await assert.rejects(writeFilePrivileged(join(directory, 'x'), 'text'), {
    code: 'file-not-written',
    message: /as root failed/,
    evidence: /Is a directory/,
  })
})
