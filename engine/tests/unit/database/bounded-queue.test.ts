import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BoundedQueue } from '../../../src/database/bounded-queue.ts'

test('producers wait when the queue is full and everything arrives once', async () => {
  const queue = new BoundedQueue<number>(2)
  let pushed = 0
  const produce = async (from: number) => {
    for (let item = from; item < from + 10; item++) {
      await queue.push(item)
      pushed++
    }
  }
  const done = Promise.all([produce(0), produce(100)]).then(() => queue.end())
  await nextTurn()
  assert.equal(pushed, 2)
  const seen: number[] = []
  for await (const item of queue) seen.push(item)
  await done
  assert.equal(new Set(seen).size, 20)
})

test('a consumer that leaves releases the producers', async () => {
  const queue = new BoundedQueue<number>(1)
  const produced = (async () => {
    let item = 0
    while (await queue.push(item)) item++
    return item
  })()
  for await (const item of queue) if (item === 3) break
  assert.ok((await produced) >= 3)
  assert.ok(queue.cancelled)
})

test('a failure arrives after the items before it', async () => {
  const queue = new BoundedQueue<number>(5)
  await queue.push(1)
  queue.fail(new Error('lost'))
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const item of queue) seen.push(item)
  }, /lost/)
  assert.deepEqual(seen, [1])
})
