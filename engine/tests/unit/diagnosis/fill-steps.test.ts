import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fillStep } from '../../../src/diagnosis/fill-steps.ts'

const commandWith = (command: string, values: Record<string, string>): string =>
  fillStep({ say: 'x', command }, values).command ?? ''

test('what is known is filled in, the rest is named', () => {
  const step = { say: 'Port {port} of {site}', command: 'ss -ltnp | grep :{port}; cd {bench}', expect: 'no {thing}' }
  assert.deepEqual(fillStep(step, { port: '13000', site: 'erp.test' }), {
    say: 'Port 13000 of erp.test',
    command: 'ss -ltnp | grep :13000; cd <bench>',
    expect: 'no <thing>',
  })
})

test("braces of the shell, of docker's templates and of curl are left as they are", () => {
  for (const command of ['docker ps --format "{{.Names}}"', `echo $\{site}`, 'cp a.{b,c} d', "curl -w '%{http_code}'"])
    assert.equal(commandWith(command, { site: 'x', http_code: 'y' }), command)
})

test('what a shell would read as more than one plain word never reaches a command', () => {
  for (const hostile of [
    'a; rm -rf /',
    '$(reboot)',
    '`reboot`',
    'a b',
    "a'b",
    '-rf',
    '../x|sh',
    'a\nb',
    '>out',
    'a&b',
    '',
  ]) {
    assert.equal(commandWith('ls {path}', { path: hostile }), 'ls <path>')
  }
  fc.assert(
    fc.property(fc.string(), (value) => {
      assert.match(commandWith('ls {path}', { path: value }), /^ls (?:<path>|[\w@%+=:,./][\w@%+=:,./-]*)$/)
    }),
  )
})

test('a value that would make a command dangerous is not filled in', () => {
  assert.equal(commandWith('sudo chown -R frappe:frappe {path}', { path: '/' }), 'sudo chown -R frappe:frappe <path>')
  assert.equal(
    commandWith('sudo chown frappe {path}', { path: '/srv/bench/logs' }),
    'sudo chown frappe /srv/bench/logs',
  )
})

test('secrets are neither typed nor told', () => {
  const url = 'redis://:s3cr3tpass@127.0.0.1:6379'
  const filled = fillStep({ say: 'Ask {url}', command: 'redis-cli -u {url} ping' }, { url })
  assert.ok(!JSON.stringify(filled).includes('s3cr3tpass'))
})

test('names of an object are no values', () => {
  assert.equal(commandWith('ls {constructor}', {}), 'ls <constructor>')
})
