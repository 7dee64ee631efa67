import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { reachedAddress } from '../../../src/database/reached-address.ts'
import { localHost } from '../../../src/host/local/index.ts'

const host = localHost()

test('an opened program reads and writes until its input ends', async () => {
  const opened = await host.open({ argv: ['tr', 'a-z', 'A-Z'] })
  opened.stdin.end('shouted')
  assert.equal(await text(opened.stdout), 'SHOUTED')
  assert.deepEqual(await opened.ended, { exitCode: 0, signal: null, stderr: '', timedOut: false })
})

test('an opened program that does not exist ends with 127 and says so', async () => {
  const opened = await host.open({ argv: ['no-such-program-here'] })
  const { exitCode, stderr } = await opened.ended
  assert.equal(exitCode, 127)
  assert.match(stderr, /no-such-program-here/)
})

test('a process is ended by its identity, and another one with its number is not', async () => {
  const opened = await host.open({ argv: ['sleep', '60'] })
  assert.ok(opened.identity)
  assert.equal(await host.endProcess({ ...opened.identity, startTime: '1' }, 'SIGKILL'), false)
  assert.equal(await host.endProcess(opened.identity, 'SIGTERM'), true)
  assert.equal((await opened.ended).signal, 'SIGTERM')
  assert.equal(await host.endProcess(opened.identity, 'SIGTERM'), false)
})

test('on this machine a server is reached where it is', async () => {
  const place = { host: 'localhost', port: 3307, socket: null }
  assert.deepEqual(await reachedAddress(host, place), place)
  assert.deepEqual(await host.reach({ socket: '/run/mysqld/mysqld.sock' }), { socket: '/run/mysqld/mysqld.sock' })
})
