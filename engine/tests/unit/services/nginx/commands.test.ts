import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTestOutput, reloadCommand, testCommand } from '../../../../src/services/nginx/commands.ts'
import { factsOf } from './memory-host.ts'

const said = (stderr: string, exitCode = 0) => readTestOutput({ exitCode, stdout: '', stderr })

test("nginx's answer is judged in both spellings; a name served twice is told apart from what nginx refuses", () => {
  const success = 'nginx: configuration file /etc/nginx/nginx.conf test is successful'
  assert.deepEqual(said(success), { ok: true, problems: [], conflicts: [] })
  for (const start of ['nginx: [warn] ', '2026/11/23 00:18:01 [warn] 14#14: ']) {
    const problem = 'conflicting server name "a.test" on 0.0.0.0:80, ignored'
    const conflicts = [{ name: 'a.test', problem }]
    assert.deepEqual(said(`${start}${problem}\n${success}`), { ok: true, problems: [], conflicts })
  }
  const { ok, problems } = said('nginx: [emerg] unknown directive "x" in /etc/nginx/conf.d/a.conf:12\n', 1)
  assert.equal(ok, false)
  assert.deepEqual(problems, [{ file: '/etc/nginx/conf.d/a.conf', line: 12, problem: 'unknown directive "x"' }])
})

test('other warnings are no problem', () => {
  const warning = 'nginx: [warn] the "ssl" directive is deprecated in /etc/nginx/conf.d/a.conf:3'
  assert.equal(said(warning).ok, true)
})

test('commands follow how the master was started and who it runs as', async () => {
  const facts = { ...(await factsOf({})), program: '/usr/sbin/nginx' }
  const own = { ...facts, prefix: '/srv/n', master: { pid: 7, startTime: '1', userId: 1000 } }
  assert.deepEqual(testCommand(own), {
    argv: ['/usr/sbin/nginx', '-t', '-c', '/etc/nginx/nginx.conf', '-p', '/srv/n'],
    privileged: false,
  })
  assert.deepEqual(reloadCommand(own).argv.slice(1, 3), ['-s', 'reload'])
  const system = { ...facts, unit: 'nginx.service', master: { pid: 7, startTime: '1', userId: 0 } }
  assert.deepEqual(reloadCommand(system), { argv: ['systemctl', 'reload', 'nginx.service'], privileged: true })
  assert.equal(testCommand(facts).privileged, true)
})
