/** Bad archives, configurations and sets of parts. The table of docs/backups.md. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createWriteStream, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createGzip, gzipSync } from 'node:zlib'
import type { BackupPart } from '../../../src/backup/backup-set.ts'
import { findBackupSet } from '../../../src/backup/backup-set.ts'
import { readArchive, readBackup, readDump } from '../../../src/backup/read-backup.ts'
import { judgeBackup } from '../../../src/backup/verdict.ts'
import {
  absent,
  type Entry,
  goodParts,
  newDirectory,
  type Parts,
  PREFIX,
  smallDump,
  tarOf,
  writeParts,
} from './small-backup.ts'

const skip = { skip: absent }
const good = absent === false ? goodParts(smallDump()) : ({} as Parts)

async function findings(parts: { [part in keyof Parts]?: Buffer | null }, prefix = PREFIX) {
  const set = await findBackupSet({ backupDirectory: writeParts({ ...good, ...parts }, prefix) })
  return judgeBackup(await readBackup(set), { freeFileBytes: 1e9 })
}
async function ids(parts: { [part in keyof Parts]?: Buffer | null }, prefix = PREFIX) {
  const found = await findings(parts, prefix)
  return found.filter((finding) => finding.severity !== 'information').map((finding) => finding.id)
}
const expected = (name: string, wanted: string[], parts: () => { [part in keyof Parts]?: Buffer | null }) =>
  test(name, skip, async () => assert.deepEqual(await ids(parts()), wanted))
const archive = (...entries: Entry[]) => ({
  files: tarOf([{ path: './old.cloud/public/files/a.txt', content: 'a' }, ...entries]),
})

expected('accepted: whole archives', [], () => ({}))
expected('accepted: packed archives, as bench backup --compress makes them', [], () => ({
  files: gzipSync(good.files),
  privateFiles: gzipSync(good.privateFiles),
}))
expected('accepted: an archive that was packed with the whole path, as scripts outside of bench do', [], () => ({
  files: tarOf([
    { path: 'home/frappe/frappe-bench/sites/old.cloud/public/files/', flag: '5' },
    { path: 'home/frappe/frappe-bench/sites/old.cloud/public/files/sites/a/b/files/a.txt', content: 'a' },
  ]),
}))
expected('accepted: a hard link to a file of the archive', [], () =>
  archive({ path: './old.cloud/public/files/b.txt', flag: '1', target: './old.cloud/public/files/a.txt' }),
)
expected('accepted, left out: a link that stays inside', ['archive-skipped-entries'], () =>
  archive({ path: './old.cloud/public/files/b.txt', flag: '2', target: 'a.txt' }),
)
expected('accepted, left out: entries that are no files of the site', ['archive-skipped-entries'], () =>
  archive({ path: './old.cloud/site_config.json', content: '{}' }),
)
expected('accepted: a file that is packed twice', ['archive-duplicates'], () =>
  archive({ path: './old.cloud/public/files/a.txt', content: 'b' }),
)
expected('accepted: no archives', ['files-absent'], () => ({ files: null, privateFiles: null }))

const unsafe: [string, Entry][] = [
  ['.. in a path', { path: './old.cloud/public/files/../../../../etc/cron.d/x', content: 'x' }],
  ['an absolute path', { path: '/etc/cron.d/x', content: 'x' }],
  ['a link to an absolute path', { path: './old.cloud/public/files/l', flag: '2', target: '/etc' }],
  ['a link that climbs out', { path: './old.cloud/public/files/l', flag: '2', target: '../../../../etc' }],
  ['a link from public to private', { path: './old.cloud/public/files/l', flag: '2', target: '../../private/files' }],
  ['a hard link out', { path: './old.cloud/public/files/l', flag: '1', target: '/etc/shadow' }],
  ['a device', { path: './old.cloud/public/files/d', flag: '3' }],
  ['a pipe', { path: './old.cloud/public/files/p', flag: '6' }],
]
for (const [name, entry] of unsafe)
  expected(`refused: an archive with ${name}`, ['archive-unsafe'], () => archive(entry))

test('refused: an archive of a folder that was a link, and why', skip, async () => {
  const found = await findings({
    files: tarOf([{ path: './old.cloud/public/files', flag: '2', target: '/mnt/files' }]),
  })
  assert.match(found.find((finding) => finding.id === 'archive-unsafe')?.cause ?? '', /was itself a link/)
})
expected('refused: public and private files swapped', ['archives-swapped', 'archives-swapped'], () => ({
  files: good.privateFiles,
  privateFiles: good.files,
}))
expected('refused: an archive of something else', ['archive-foreign'], () => ({
  files: tarOf([{ path: 'home/x/photo.jpg', content: 'x' }]),
}))
expected('refused: a dump in the place of the files', ['backup-wrong-format'], () => ({ files: good.database }))
expected('refused: an archive that breaks off in a file', ['backup-truncated'], () => ({
  files: good.files.subarray(0, 3000),
}))
expected('refused: an archive that breaks off between two files', ['backup-truncated'], () => ({
  files: good.files.subarray(0, 512 * 5),
}))
expected('refused: an archive with a damaged header', ['backup-corrupt'], () => {
  const files = Buffer.from(good.files)
  files[512 + 3] = 0x21
  return { files }
})
expected('refused: files of another site', ['parts-of-several-sites'], () => ({
  files: tarOf([{ path: './other.cloud/public/files/a.txt', content: 'a' }]),
}))
test('refused: a database of another site, by its name', skip, async () => {
  assert.deepEqual(await ids({}, '20261122_223259-other_cloud'), ['parts-of-several-sites'])
})
expected('refused: broken JSON', ['config-invalid'], () => ({
  config: Buffer.from('{\n "db_name": "x",\n "encryption_key": \n}'),
}))
expected('refused: a configuration with no JSON at all', ['config-invalid'], () => ({
  config: Buffer.from('db_name = x\n'),
}))
expected('refused: an empty configuration', ['backup-wrong-format'], () => ({ config: Buffer.alloc(0) }))
expected('refused: no configuration where secrets are encrypted', ['encryption-key-missing'], () => ({ config: null }))
expected('refused: a configuration without the key', ['encryption-key-missing'], () => ({
  config: Buffer.from('{"db_name": "_1c2408fd08cc0d5d", "db_password": "x"}'),
}))
expected('refused: the configuration of another site', ['config-of-another-site'], () => ({
  config: Buffer.from(good.config.toString().replace('_1c2408fd08cc0d5d', '_f6fb62a121ece6a4')),
}))
test('where JSON is broken is said with line and column, without its text', skip, async () => {
  const [found] = await findings({ config: Buffer.from('{\n "encryption_key": "very-secret\n}') })
  assert.match(found?.evidence ?? '', /:2:/)
  assert.ok(!JSON.stringify(found).includes('very-secret'))
})
test('a key of the hosting is named, never its value', skip, async () => {
  const config = Buffer.from(good.config.toString().replace('{', '{"sk_wiki": "very-secret", "rate_limit": {},'))
  const found = (await findings({ config })).find((finding) => finding.id === 'config-hosting-keys')
  assert.equal(found?.evidence, 'sk_wiki, rate_limit')
})

/** Ten gigabytes of zeros as gzip: ten megabytes, made of one compressed gigabyte taken ten times. */
async function bomb(head: Buffer): Promise<BackupPart> {
  const file = path.join(newDirectory(), 'bomb.gz')
  const member = await new Promise<Buffer>((resolve) => {
    const zip = createGzip({ level: 9 })
    const parts: Buffer[] = []
    zip.on('data', (chunk: Buffer) => parts.push(chunk)).on('end', () => resolve(Buffer.concat(parts)))
    const zeros = Buffer.alloc(8 << 20)
    for (let count = 0; count < 8; count++) zip.write(zeros)
    zip.end()
  })
  const out = createWriteStream(file)
  out.write(gzipSync(head))
  for (let count = 0; count < 160; count++) out.write(member)
  out.end()
  await once(out, 'close')
  return { role: 'public-files', path: file, bytes: statSync(file).size, name: null }
}
test('a bomb of 10 GB is left at its first bytes', async () => {
  const started = performance.now()
  const zeros = await readDump({ ...(await bomb(Buffer.alloc(0))), role: 'database' })
  assert.equal(zeros.content.recognized.content, 'zeros')
  const entry = { path: './old.cloud/public/files/a', bytes: 8e9 }
  const tar = await readArchive(await bomb(tarOf([entry], { ended: false })), { largestContent: 1e9 })
  assert.equal(tar.content.damage?.kind, 'too-large')
  const text = Buffer.from('-- MariaDB dump\n-- Server version\t10.6.12-MariaDB\n')
  const dump = await readDump({ ...(await bomb(text)), role: 'database' }, { largestContent: 100e6 })
  assert.equal(dump.content.damage?.kind, 'too-large')
  assert.ok(performance.now() - started < 20_000)
})
