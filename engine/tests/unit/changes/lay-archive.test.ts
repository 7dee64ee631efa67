import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ArchiveLayer } from '../../../src/changes/lay-archive.ts'
import { type Entry, newDirectory, tarOf } from '../backup/small-backup.ts'

const FILES = './shop.example/public/files'

async function laid(entries: Entry[]): Promise<{ directory: string; names: string[] }> {
  const directory = newDirectory()
  const layer = new ArchiveLayer('public', directory)
  try {
    await layer.push(tarOf(entries))
  } finally {
    await layer.close()
  }
  return { directory, names: Object.keys(layer.manifest).sort() }
}

test('a hard link becomes a file of its own; one whose content is not there is a failure, never a missing file', async () => {
  const file = { path: `${FILES}/a`, content: 'content' }
  const { directory, names } = await laid([file, { path: `${FILES}/b`, flag: '1', target: `${FILES}/a` }])
  assert.deepEqual(names, ['a', 'b'])
  assert.equal(readFileSync(path.join(directory, 'b'), 'utf8'), 'content')
  const early = { path: `${FILES}/early`, flag: '1', target: `${FILES}/a` }
  await assert.rejects(laid([early, file]), /names a file whose content it does not hold/)
})

test('a name that is a file and a directory is told by its name', async () => {
  const entries = [
    { path: `${FILES}/a`, content: 'a file' },
    { path: `${FILES}/a/b`, content: 'below it' },
  ]
  await assert.rejects(laid(entries), /stands in the archive as a file and as a directory/)
  await assert.rejects(laid(entries.toReversed()), /stands in the archive as a file and as a directory/)
})
