/** Bad dumps, each told before anything is created. The table of docs/backups.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { findBackupSet } from '../../../src/backup/backup-set.ts'
import { readBackup } from '../../../src/backup/read-backup.ts'
import { judgeBackup, type RestoreTarget } from '../../../src/backup/verdict.ts'
import { absent, encrypted, goodParts, smallDump, writeParts } from './small-backup.ts'

const TARGET: RestoreTarget = {
  databaseType: 'mariadb',
  serverVersion: '10.6.12-MariaDB',
  frappeVersion: '15.60.0',
  apps: ['frappe', 'wiki'],
  maxAllowedPacket: 64 << 20,
}
const skip = { skip: absent }
const sql = absent === false ? smallDump() : ''
const zip = (text: string) => gzipSync(Buffer.from(text, 'latin1'), { level: 1 })

interface Judged {
  critical: string[]
  others: string[]
  evidence: string
  remedies: string
}
async function judged(database: Buffer, target = TARGET, backupKey?: string): Promise<Judged> {
  const directory = writeParts({ ...goodParts(sql), database })
  const facts = await readBackup(await findBackupSet({ backupDirectory: directory }), { backupKey })
  const findings = judgeBackup(facts, target)
  const ids = (critical: boolean) => findings.filter((f) => (f.severity === 'critical') === critical).map((f) => f.id)
  return {
    critical: ids(true),
    others: ids(false),
    evidence: findings.map((finding) => finding.evidence).join('\n'),
    remedies: findings.flatMap((finding) => finding.remedies).join('\n'),
  }
}
const refused = (name: string, id: string, database: () => Buffer, target = TARGET) =>
  test(`refused: ${name}`, skip, async () => assert.deepEqual((await judged(database(), target)).critical, [id]))
const accepted = (name: string, database: () => Buffer, others: string[] = []) =>
  test(`accepted: ${name}`, skip, async () =>
    assert.deepEqual(await judged(database()).then(({ critical, others }) => ({ critical, others })), {
      critical: [],
      others,
    }),
  )
/** Where a piece of text goes: before the last line. */
const beforeEnd = (text: string) => sql.replace('-- Dump completed', () => `${text}\n-- Dump completed`)
const good = zip(sql)
const changed = (at: number) => {
  const copy = Buffer.from(good)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}

accepted('what bench backup wrote', () => good)
accepted(
  'the same of Frappe 14',
  () => zip(smallDump('site-v14').replaceAll('_f6fb62a121ece6a4', '_1c2408fd08cc0d5d')),
  ['frappe-older'],
)
accepted('plain text', () => Buffer.from(sql, 'latin1'))
accepted('the sandbox line elsewhere', () => zip(beforeEnd('/*M!999999\\- enable the sandbox mode */')), [
  'dump-sandbox-line',
])
accepted('zstd', () => zstdCompressSync(Buffer.from(sql, 'latin1')))
accepted('several gzip members, as Frappe writes them', () =>
  Buffer.concat([zip(sql.slice(0, 100)), zip(sql.slice(100))]),
)
accepted('zeros behind the end, as tapes leave them', () => Buffer.concat([good, Buffer.alloc(512)]), [
  'backup-trailing-bytes',
])
accepted('a text in the data that quotes a DEFINER and the sandbox line', () =>
  zip(
    beforeEnd(
      "INSERT INTO `tabSingles` VALUES ('a','b','/*!50013 DEFINER=`x`@`y` */\\n/*M!999999\\\\- enable the sandbox mode */\\n');",
    ),
  ),
)
accepted(
  'a view of another user',
  () =>
    zip(
      beforeEnd(
        '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`gone`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 AS `a` */;',
      ),
    ),
  ['dump-definers'],
)
for (const [collation, standIn] of [
  ['utf8mb4_uca1400_ai_ci', 'utf8mb4_unicode_ci'],
  ['utf8mb4_0900_ai_ci', 'utf8mb4_unicode_ci'],
  ['utf8mb4_0900_as_cs', 'utf8mb4_bin'],
]) {
  test(`accepted with another collation: ${collation}`, skip, async () => {
    const { critical, others, evidence } = await judged(zip(sql.replaceAll('utf8mb4_unicode_ci', collation ?? '')))
    assert.deepEqual({ critical, others }, { critical: [], others: ['dump-unknown-collations'] })
    assert.ok(evidence.includes(`${collation} → ${standIn}`), evidence)
  })
}

for (const share of [0.02, 0.5, 0.95])
  refused(`broken off at ${share} of its bytes`, 'backup-truncated', () => good.subarray(0, good.length * share))
refused('broken off four bytes before its end', 'backup-truncated', () => good.subarray(0, -4))
refused('a changed byte in its checksum', 'backup-checksum', () => changed(good.length - 6))
refused('a changed length', 'backup-checksum', () => changed(good.length - 1))
test('refused: a changed byte in the middle', skip, async () => {
  const { critical } = await judged(changed(good.length >> 1))
  assert.ok(['backup-checksum', 'backup-corrupt'].includes(critical.join()), critical.join())
})
refused('something else behind its end', 'backup-trailing-data', () => Buffer.concat([good, Buffer.from('<html>')]))
refused('zstd that breaks off', 'backup-truncated', () =>
  zstdCompressSync(Buffer.from(sql, 'latin1')).subarray(0, -100),
)
refused('zstd of several frames, which would be read only in part', 'backup-trailing-data', () => {
  const frame = zstdCompressSync(Buffer.from(sql, 'latin1'))
  return Buffer.concat([frame, frame.subarray(0, 3000)])
})
refused('a dump in UTF-16, as PowerShell writes it', 'backup-wrong-format', () =>
  Buffer.from(`\ufeff${sql}`, 'utf16le'),
)
refused('a table whose rows broke off while the dump went on', 'dump-table-incomplete', () =>
  zip(sql.replace(/(LOCK TABLES `tabDocType` WRITE;[\s\S]*?)UNLOCK TABLES;/, '$1')),
)
accepted(
  'a crashed search table, and the dump went on',
  () => zip(sql.replace(/(LOCK TABLES `__global_search` WRITE;[\s\S]*?)UNLOCK TABLES;/, '$1')),
  ['dump-search-incomplete'],
)
test('a dump that stopped at the crashed search table says what to do', skip, async () => {
  const { critical, remedies } = await judged(
    zip(sql.slice(0, sql.indexOf('UNLOCK TABLES;', sql.indexOf('LOCK TABLES `__global_search`')))),
  )
  assert.deepEqual(critical, ['dump-incomplete'])
  assert.match(remedies, /REPAIR TABLE `__global_search`/)
})
test('what is shown of a wrong file holds none of its secrets', skip, async () => {
  const secret = '{"db_password": "very-secret", "encryption_key": "very-secret"}'
  for (const content of [
    secret,
    secret.replace('{', 'x{'),
    `INSERT INTO \`__Auth\` VALUES ('User','a','password','very-secret',1)`,
    `-- MariaDB dump\nINSERT INTO \`__Auth\` VALUES ('very-secret`,
  ]) {
    const { evidence, critical } = await judged(Buffer.from(content))
    assert.ok(critical.length > 0)
    assert.ok(!evidence.includes('very'), evidence)
  }
})
refused('a dump that failed half way into a proper gzip', 'dump-incomplete', () => zip(sql.slice(0, sql.length >> 1)))
refused('a dump without its last line', 'dump-incomplete', () => zip(sql.replace(/-- Dump completed.*\n/, '')))
refused('two dumps in one file', 'dump-several', () => zip(sql + sql))
refused('a partial backup', 'dump-partial', () =>
  zip(
    sql.replace(
      '-- end frappe metadata\n',
      '-- end frappe metadata\n-- \n-- Partial Backup of Frappe Site old.cloud\n-- Backup contains: tabDocType, tabNote\n',
    ),
  ),
)
refused('a dump without rows', 'dump-without-data', () => zip(sql.replace(/^INSERT INTO[\s\S]*?;\n/gm, '')))
refused('a dump without definitions', 'dump-without-definitions', () =>
  zip(sql.replace(/^CREATE TABLE[\s\S]*?;\n/gm, '')),
)
refused('a dump of something else', 'dump-not-frappe', () => zip(sql.replaceAll('`tab', '`wp_')))
refused('a dump of several databases', 'dump-several-databases', () =>
  zip(beforeEnd('CREATE DATABASE `one`;\nUSE `one`;\nUSE `two`;')),
)
refused('a dump that creates users', 'dump-beyond-database', () =>
  zip(beforeEnd("GRANT ALL ON *.* TO 'x'@'%' IDENTIFIED BY 'secret';")),
)
refused('a dump of a newer Frappe', 'frappe-newer', () => good, { ...TARGET, frappeVersion: '15.54.2' })
refused('a dump with apps that are not here', 'apps-missing', () => good, { ...TARGET, apps: ['frappe'] })
refused('a statement the server does not take', 'dump-statement-too-large', () => good, {
  ...TARGET,
  maxAllowedPacket: 4096,
})
refused('a web page saved under the name of a backup', 'backup-wrong-format', () =>
  Buffer.from('<!DOCTYPE html>\n<html><title>403</title>'),
)
refused('an error message in JSON', 'backup-wrong-format', () => Buffer.from('{"exc_type":"PermissionError"}'))
refused('an SQLite database, as Frappe 16 packs one', 'backup-wrong-format', () =>
  gzipSync(Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080)])),
)
refused('a dump of PostgreSQL', 'backup-wrong-format', () =>
  zip(
    '-- begin frappe metadata\n-- [frappe]\n-- version = 15.0.0\n-- end frappe metadata\n-- \n--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n',
  ),
)
refused('an archive of pg_dump', 'backup-wrong-format', () => Buffer.from('PGDMP\x01\x0e\x00'))
refused('an empty file', 'backup-wrong-format', () => Buffer.alloc(0))
refused('an empty gzip', 'backup-wrong-format', () => zip(''))
refused('a pointer of git-lfs', 'backup-wrong-format', () =>
  Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
)
refused('a zip archive', 'backup-wrong-format', () => Buffer.from('PK\x03\x04\x14\x00'))
refused('an archive of files', 'backup-wrong-format', () => goodParts(sql).files)
refused('a configuration', 'backup-wrong-format', () => goodParts(sql).config)

test('the words of a statement about users are quoted without its password', skip, async () => {
  const { evidence } = await judged(zip(beforeEnd("CREATE USER 'x'@'%' IDENTIFIED BY 'secret';")))
  assert.ok(!evidence.includes('secret'), evidence)
})

test('an encrypted dump opens with its key, and what fails is told apart', skip, async () => {
  const sealed = encrypted(good, 'the-key')
  const damaged = Buffer.from(sealed)
  damaged[sealed.length >> 1] = (damaged[sealed.length >> 1] ?? 0) ^ 1
  assert.deepEqual((await judged(sealed, TARGET, 'the-key')).critical, [])
  assert.deepEqual((await judged(sealed)).critical, ['backup-encrypted'])
  assert.deepEqual((await judged(sealed, TARGET, 'another')).critical, ['backup-wrong-key'])
  assert.deepEqual((await judged(damaged, TARGET, 'the-key')).critical, ['backup-tampered'])
  assert.deepEqual((await judged(sealed.subarray(0, sealed.length >> 1), TARGET, 'the-key')).critical, [
    'backup-truncated',
  ])
})
