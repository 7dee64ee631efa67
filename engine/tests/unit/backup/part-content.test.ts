/** Reading one file: progress, stopping, and what goes wrong around it. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { BackupPart } from '../../../src/backup/backup-set.ts'
import { readPart } from '../../../src/backup/part-content.ts'
import { encrypted, newDirectory } from './small-backup.ts'

const TEXT = Buffer.from(`-- MariaDB dump\n${'INSERT INTO `t` VALUES (1);\n'.repeat(100_000)}`)

function stored(content: Buffer): BackupPart {
  const file = path.join(newDirectory(), 'database.sql.gz')
  writeFileSync(file, content)
  return { role: 'database', path: file, bytes: content.length, name: null }
}
const all = () => true

test('progress goes up to the size of the file', async () => {
  const part = stored(TEXT)
  const seen: number[] = []
  await readPart(part, { onProgress: (read, total) => seen.push(read / total) }, all)
  assert.equal(seen.at(-1), 1)
  assert.deepEqual(
    seen,
    [...seen].sort((one, other) => one - other),
  )
  assert.ok(seen.length > 5)
})

for (const [name, content, backupKey] of [
  ['plain', TEXT, undefined],
  ['gzip', gzipSync(TEXT), undefined],
  ['encrypted', encrypted(gzipSync(TEXT), 'key'), 'key'],
] as const) {
  test(`whoever has enough, fails or is stopped, leaves nothing behind: ${name}`, async () => {
    const before = readdirSync(tmpdir()).filter((entry) => entry.startsWith('gpg-')).length
    const part = stored(content)
    const enough = await readPart(part, { backupKey }, () => false)
    assert.equal(enough.damage, null)
    assert.ok(enough.plainBytes > 0 && enough.plainBytes < TEXT.length)
    const failing = () => {
      throw new Error('the disk is full')
    }
    await assert.rejects(readPart(part, { backupKey }, failing), /the disk is full/)
    await assert.rejects(
      readPart(part, { backupKey }, () => Promise.reject(new Error('later'))),
      /later/,
    )
    const stop = new AbortController()
    const reading = readPart(part, { backupKey, signal: stop.signal }, () => {
      stop.abort(new Error('interrupted'))
      return true
    })
    await assert.rejects(reading, /interrupted/)
    assert.equal(readdirSync(tmpdir()).filter((entry) => entry.startsWith('gpg-')).length, before)
  })
}

test('what it is told in pieces is the whole content, in order, however slow the taker', async () => {
  const chunks: Buffer[] = []
  const facts = await readPart(stored(gzipSync(TEXT)), {}, async (chunk) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    chunks.push(chunk)
    return true
  })
  assert.ok(Buffer.concat(chunks).equals(TEXT))
  assert.equal(facts.plainBytes, TEXT.length)
})

test('a file that is gone, or no file, is said to be unreadable', async () => {
  const part = stored(TEXT)
  const gone = await readPart({ ...part, path: `${part.path}.gone` }, {}, all)
  assert.equal(gone.damage?.kind, 'unreadable')
  assert.equal((await readPart({ ...part, path: path.dirname(part.path) }, {}, all)).damage?.kind, 'unreadable')
})

test('without gpg an encrypted file says which program is missing', async () => {
  const part = stored(encrypted(TEXT, 'key'))
  const { PATH } = process.env
  process.env['PATH'] = newDirectory()
  try {
    assert.equal((await readPart(part, { backupKey: 'key' }, all)).damage?.kind, 'gpg-missing')
  } finally {
    process.env['PATH'] = PATH
  }
})
