/** Tars by the real tar program, in every format it writes, against what it was given. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { placeEntry } from '../../../src/backup/archive-entry.ts'
import { type TarEntry, TarReader } from '../../../src/backup/tar-reader.ts'
import { newDirectory } from './small-backup.ts'

const LONG = `${'folder-with-a-long-name-'.repeat(8)}/${'é'.repeat(90)}.txt`

function read(tar: Buffer, step: number): { files: Map<string, string>; entries: TarEntry[]; reader: TarReader } {
  const reader = new TarReader()
  const entries: TarEntry[] = []
  const files = new Map<string, string>()
  for (let at = 0; at < tar.length; at += step) {
    for (const event of reader.push(tar.subarray(at, at + step))) {
      if (event.kind === 'entry') entries.push(event.entry)
      const name = entries.at(-1)?.path ?? ''
      if (event.kind === 'data') files.set(name, (files.get(name) ?? '') + event.bytes.toString('latin1'))
    }
  }
  return { files, entries, reader }
}

for (const format of ['gnu', 'pax', 'oldgnu', 'ustar', 'v7']) {
  test(`what tar writes as ${format} is read back, in chunks of any size`, () => {
    const directory = newDirectory()
    const below = path.join(directory, 'old.cloud/public/files')
    const name = format === 'gnu' || format === 'pax' || format === 'oldgnu' ? LONG : 'a name; with "quotes".txt'
    mkdirSync(path.join(below, path.dirname(name)), { recursive: true })
    const content = Buffer.from(Array.from({ length: 1500 }, (_, index) => index % 256)).toString('latin1')
    writeFileSync(path.join(below, name), content, 'latin1')
    writeFileSync(path.join(below, 'empty'), '')
    execFileSync('tar', [`--format=${format}`, '-cf', 'files.tar', './old.cloud/public/files'], { cwd: directory })
    const tar = readFileSync(path.join(directory, 'files.tar'))
    for (const step of [1, 511, 512, 700, 1 << 20]) {
      const { files, entries, reader } = read(tar, step)
      assert.equal(files.get(`./old.cloud/public/files/${name}`), content)
      assert.deepEqual(
        entries.filter((entry) => 'refused' in placeEntry(entry)),
        [],
      )
      assert.deepEqual(
        entries
          .map((entry) => entry.kind)
          .sort()
          .at(0),
        'directory',
      )
      assert.equal(entries.find((entry) => entry.path.endsWith('/empty'))?.bytes, 0)
      assert.ok(reader.ended)
    }
  })
}

test('sparse files are told, in both ways tar writes them', () => {
  const directory = newDirectory()
  mkdirSync(path.join(directory, 'old.cloud/public/files'), { recursive: true })
  writeFileSync(path.join(directory, 'old.cloud/public/files/hole'), 'x')
  truncateSync(path.join(directory, 'old.cloud/public/files/hole'), 10 << 20)
  for (const format of ['gnu', 'pax']) {
    execFileSync('tar', [`--format=${format}`, '-S', '-cf', 'files.tar', './old.cloud/public/files/hole'], {
      cwd: directory,
    })
    const { entries, reader } = read(readFileSync(path.join(directory, 'files.tar')), 4096)
    assert.deepEqual(
      entries.map((entry) => placeEntry(entry)),
      [{ refused: 'unsupported' }],
    )
    assert.ok(reader.ended, format)
  }
})
