import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLabel, readRunning } from '../../../src/bench/bench-processes.ts'
import { readPorts } from '../../../src/bench/ports.ts'
import { aProcess } from './bench-tree.ts'

const BENCH = '/home/f/bench'
const gunicorn = (pid: number, directory: string | null) =>
  aProcess(
    pid,
    [`${BENCH}/env/bin/python`, `${BENCH}/env/bin/gunicorn`, '-b', '127.0.0.1:8000', 'frappe.app:application'],
    directory,
  )
const helper = (pid: number, command: string) =>
  aProcess(
    pid,
    [`${BENCH}/env/bin/python`, '-m', 'frappe.utils.bench_helper', 'frappe', ...command.split(' ')],
    `${BENCH}/sites`,
  )
const listener = (port: number, pid: number | null) => ({ protocol: 'tcp' as const, address: '127.0.0.1', port, pid })

test('a production bench is served by gunicorn; shells and other benches are left out', () => {
  const { servedBy, running, findings } = readRunning(
    [
      gunicorn(10, `${BENCH}/sites`),
      helper(11, 'schedule'),
      helper(12, 'worker --queue short'),
      aProcess(13, ['redis-server 127.0.0.1:13000'], `${BENCH}/config/pids`),
      aProcess(14, ['/usr/bin/node', `${BENCH}/apps/frappe/socketio.js`], BENCH),
      aProcess(15, ['-bash'], BENCH),
      aProcess(16, ['/home/f/bench2/env/bin/gunicorn', 'frappe.app:application'], '/home/f/bench2/sites'),
      aProcess(17, ['vim', `${BENCH}/Procfile`], BENCH),
    ],
    [],
    8000,
    [BENCH],
  )
  assert.equal(servedBy, 'gunicorn')
  assert.deepEqual(
    running.map(({ pid, name }) => [pid, name]),
    [
      [10, 'gunicorn'],
      [11, 'schedule'],
      [12, 'worker'],
      [13, 'redis'],
      [14, 'socketio'],
    ],
  )
  assert.deepEqual(findings, [])
})

test('a development bench is served by bench serve', () => {
  const start = aProcess(1, ['/usr/bin/python3', '/usr/local/bin/honcho', 'start'], BENCH)
  assert.equal(readRunning([start, helper(2, 'serve --port 8000')], [], 8000, [BENCH]).servedBy, 'bench-serve')
  assert.equal(readRunning([start, helper(2, 'watch')], [], 8000, [BENCH]).servedBy, 'none')
})

test('gunicorn outside sites/ is noticed, unless its directory may not be seen', () => {
  const { findings } = readRunning([gunicorn(10, BENCH)], [], 8000, [BENCH])
  assert.deepEqual(
    findings.map(({ id, severity }) => [id, severity]),
    [['gunicorn-wrong-directory', 'warning']],
  )
  assert.match(findings[0]?.evidence ?? '', /process 10: working directory \/home\/f\/bench$/)
  assert.deepEqual(readRunning([gunicorn(10, null)], [], 8000, [BENCH]).findings, [])
})

test('a gunicorn that shows no path is known by the web port it holds', () => {
  const titled = aProcess(20, ['gunicorn: master [frappe.app:application]'], '/')
  assert.equal(readRunning([titled], [listener(8000, 20)], 8000, [BENCH]).servedBy, 'gunicorn')
  assert.equal(readRunning([titled], [listener(8001, 20)], 8000, [BENCH]).servedBy, 'none')
  const elsewhere = aProcess(20, ['gunicorn: master [frappe.app:application]'], '/home/f/bench2/sites')
  assert.equal(readRunning([elsewhere], [listener(8000, 20)], 8000, [BENCH]).servedBy, 'none')
})

test('ports tell who holds them, and a stranger on one is a finding', () => {
  const stranger = aProcess(30, ['/usr/bin/node', 'server.js', '--token', 'hunter2'], '/srv/other')
  const common = {
    webserver_port: 8100,
    redis_cache: 'redis://127.0.0.1:13000',
    redis_queue: 'redis://queue.internal:11000',
  }
  const { value, findings } = readPorts(
    common,
    [listener(8100, 30), listener(13000, 13), listener(9000, null)],
    [stranger, aProcess(13, ['redis-server 127.0.0.1:13000'], `${BENCH}/config/pids`)],
    [BENCH],
  )
  assert.deepEqual(
    value.map(({ purpose, port, listening, owner }) => [purpose, port, listening, owner?.belongsToBench]),
    [
      ['webserver_port', 8100, true, false],
      ['socketio_port', 9000, true, undefined],
      ['redis_cache', 13000, true, true],
    ],
  )
  assert.deepEqual(
    findings.map(({ id, subject }) => [id, subject]),
    [['port-of-another', 'webserver_port']],
  )
  assert.doesNotMatch(JSON.stringify([value, findings]), /hunter2/)
})

test('a command is shown without its passwords', () => {
  assert.equal(
    commandLabel(['redis-server', '--requirepass', 'hunter2', '--x-token=hunter2', 'redis://:hunter2@h:1']),
    'redis-server --requirepass *** --x-token=*** redis://***@h:1',
  )
})
