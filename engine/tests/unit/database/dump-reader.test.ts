import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DumpReader } from '../../../src/database/mariadb/dump-reader.ts'

const DUMP = Buffer.from(
  "-- head\nCREATE TABLE `tabOne` (\n);\nINSERT INTO `tabOne` VALUES ('\\nCREATE TABLE `fake` (');\n" +
    'CREATE TABLE `odd ``name`` ü` (\n);\n-- Dump completed on 2026-01-01\n',
)

test('tables and the completion mark are found however the dump is cut into chunks', () => {
  for (let size = 1; size <= DUMP.length; size++) {
    const reader = new DumpReader()
    for (let start = 0; start < DUMP.length; start += size) reader.take(DUMP.subarray(start, start + size))
    assert.deepEqual([...reader.tables], ['tabOne', 'odd `name` ü'], `chunks of ${size}`)
    assert.ok(reader.completed())
  }
})

test('a dump cut short is not complete', () => {
  const reader = new DumpReader()
  reader.take(DUMP.subarray(0, DUMP.length - 30))
  assert.ok(!reader.completed())
})
