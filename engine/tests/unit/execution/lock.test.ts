import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { withLocks } from '../../../src/execution/lock.ts'
import type { Host } from '../../../src/host/host.ts'
import { localHost } from '../../../src/host/local/index.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-lock-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const host = localHost()
let made = 0
function newBench(): string {
  made += 1
  const bench = join(home, `bench-${made}`)
  mkdirSync(bench)
  return bench
}
const alone = (id: string) => ({ id, touchesMachine: false })
const withLock = <Result>(
  on: Host,
  benchPath: string,
  { id, touchesMachine }: ReturnType<typeof alone>,
  work: () => Promise<Result>,
): Promise<Result> => withLocks([{ host: on, benchPath, touchesMachine }], { id, overPlaces: false }, work)

interface Owner {
  pid: number
  startTime: string
  bootId: string
}

/** A lock as an earlier process left it. */
function leaveLock(bench: string, owner: Owner): void {
  const lock = join(bench, '.migrator', 'lock')
  mkdirSync(lock, { recursive: true })
  writeFileSync(
    join(lock, 'owner.json'),
    JSON.stringify({ who: 'frappe', when: '2026-01-01T00:00:00.000Z', run: 'earlier', ...owner }),
  )
}

async function endedProcess(): Promise<Owner> {
  const child = spawn('sleep', ['60'])
  const identity = await host.processIdentity(child.pid ?? 0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(identity)
  return identity
}

async function ownIdentity(): Promise<Owner> {
  const own = await host.processIdentity(process.pid)
  assert.ok(own)
  return own
}

test('a dead lock that many find at once is taken over by one after the other', async () => {
  const bench = newBench()
  leaveLock(bench, await endedProcess())
  let inside = 0
  let most = 0
  const takers = Array.from({ length: 6 }, (_, number) =>
    withLock(host, bench, alone(`run-${number}`), async () => {
      inside += 1
      most = Math.max(most, inside)
      await delay(50)
      inside -= 1
    }).then(
      () => 'held',
      (error: { code?: string }) => error.code,
    ),
  )
  const ends = await Promise.all(takers)
  assert.equal(most, 1)
  assert.ok(ends.includes('held'))
  assert.deepEqual(
    ends.filter((end) => end !== 'held' && end !== 'bench-locked'),
    [],
  )
})

test('the lock of a living process is kept, and its holder is named', async () => {
  const bench = newBench()
  leaveLock(bench, await ownIdentity())
  await assert.rejects(
    withLock(host, bench, alone('second'), async () => undefined),
    { code: 'bench-locked', message: new RegExp(`run earlier, started by frappe at 2026.*process ${process.pid}`) },
  )
})

test('a lock from before a restart of the machine is taken over, whatever has its number now', async () => {
  const bench = newBench()
  leaveLock(bench, { ...(await ownIdentity()), bootId: '00000000-0000-0000-0000-000000000000' })
  assert.equal(await withLock(host, bench, alone('after'), async () => 'held'), 'held')
})

test('a process of another user that may not be looked at is never called gone', async () => {
  const bench = newBench()
  const owner = await ownIdentity()
  const hidden: Host = {
    ...host,
    processIdentity: async (pid) => (pid === 1 ? null : host.processIdentity(pid)),
    isHiddenProcess: async (pid) => pid === 1,
  }
  leaveLock(bench, { ...owner, pid: 1 })
  await assert.rejects(
    withLock(hidden, bench, alone('second'), async () => undefined),
    { code: 'bench-locked' },
  )
  const gone: Host = { ...hidden, isHiddenProcess: async () => false }
  assert.equal(await withLock(gone, bench, alone('third'), async () => 'held'), 'held')
})

test('two benches that edit files of the machine wait for each other, wherever TMPDIR leads', async () => {
  const order: string[] = []
  const work = (name: string) => async () => {
    order.push(`${name} in`)
    await delay(400)
    order.push(`${name} out`)
  }
  const before = process.env['TMPDIR']
  const first = withLock(host, newBench(), { id: 'one', touchesMachine: true }, work('one'))
  await delay(150)
  process.env['TMPDIR'] = home
  const second = withLock(host, newBench(), { id: 'two', touchesMachine: true }, work('two'))
  await Promise.all([first, second])
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  // Other tests of this machine hold the same lock at times: which of the two is first is theirs to say.
  const names = order[0] === 'one in' ? ['one', 'two'] : ['two', 'one']
  assert.deepEqual(
    order,
    names.flatMap((name) => [`${name} in`, `${name} out`]),
  )
})

test('nothing of a lock is left when the work is over', async () => {
  const bench = newBench()
  await withLock(host, bench, alone('one'), async () => undefined)
  assert.deepEqual(readdirSync(join(bench, '.migrator')), ['runs'])
})
