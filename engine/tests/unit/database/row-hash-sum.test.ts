import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { RowHashSum } from '../../../src/database/row-hash-sum.ts'

const hash = (text: string) => createHash('sha256').update(text).digest()
const digestOf = (...hashes: Buffer[]) => {
  const sum = new RowHashSum()
  for (const each of hashes) sum.add(each)
  return sum.finish('table').sha256
}

test('order and grouping do not matter, number and content do', () => {
  const [one, two, three] = [hash('1'), hash('2'), hash('3')]
  assert.equal(digestOf(one, two, three), digestOf(three, one, two))
  assert.equal(digestOf(one, two, three), digestOf(Buffer.concat([two, three]), one))
  assert.notEqual(digestOf(one, two), digestOf(one, two, two, two))
  assert.notEqual(digestOf(one, one), digestOf(two, two))
  assert.notEqual(digestOf(), digestOf(Buffer.alloc(32)))
})

test('the sum carries over all its 256 bits', () => {
  const top = Buffer.alloc(32, 0xff)
  const one = Buffer.alloc(32)
  one[31] = 1
  // (2^256 - 1) + 1 = 0 modulo 2^256, with two rows.
  assert.equal(digestOf(top, one), digestOf(Buffer.alloc(32), Buffer.alloc(32)))
})
