import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { BackupFacts } from '../../../src/backup/backup-facts.ts'
import { backupName, findBackupSet } from '../../../src/backup/backup-set.ts'

const directories: string[] = []
after(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true }))))

async function holding(...names: string[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-set-'))
  directories.push(directory)
  for (const name of names) await writeFile(path.join(directory, name), 'x')
  return directory
}
const fileNames = (set: BackupFacts['set']) =>
  [set.database, set.publicFiles, set.privateFiles, set.siteConfig].map((part) => part && path.basename(part.path))
const isRefused = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code

const OLD = '20261121_010000-old_cloud'
const NEW = '20261122_223259-old_cloud'

test("bench's names are read, encrypted and partial ones too", () => {
  assert.deepEqual(backupName(`${NEW}-database.sql.gz`), {
    stamp: '20261122_223259',
    siteSlug: 'old_cloud',
    role: 'database',
    partial: false,
    encrypted: false,
  })
  assert.equal(backupName(`${NEW}-private-files.tgz`)?.role, 'private-files')
  assert.equal(backupName('20261122_223259-my-files-site_com-files-enc.tar')?.siteSlug, 'my-files-site_com')
  assert.equal(backupName(`${NEW}-partial-database-enc.sql.gz`)?.partial, true)
  assert.equal(backupName(`${NEW}-partial-database-enc.sql.gz`)?.siteSlug, 'old_cloud')
  assert.equal(backupName('dump.sql.gz'), null)
})

test('the parts beside a database file are found by its own stamp and site', async () => {
  const directory = await holding(
    `${OLD}-database.sql.gz`,
    `${OLD}-files.tar`,
    `${NEW}-database.sql.gz`,
    `${NEW}-files.tgz`,
    `${NEW}-private-files.tgz`,
    `${NEW}-site_config_backup.json`,
    '20261122_223259-other_cloud-files.tar',
  )
  assert.deepEqual(fileNames(await findBackupSet({ backupFile: path.join(directory, `${OLD}-database.sql.gz`) })), [
    `${OLD}-database.sql.gz`,
    `${OLD}-files.tar`,
    null,
    null,
  ])
})

test('of a directory the newest whole backup counts', async () => {
  const partial = '20261123_000000-old_cloud-partial-database.sql.gz'
  const directory = await holding(`${OLD}-database.sql.gz`, `${NEW}-database.sql.gz`, `${NEW}-files.tar`, partial)
  assert.deepEqual(fileNames(await findBackupSet({ backupDirectory: directory })).slice(0, 2), [
    `${NEW}-database.sql.gz`,
    `${NEW}-files.tar`,
  ])
})

test('a directory of files without stamps is one backup', async () => {
  const directory = await holding('database.sql.gz', 'files.tar', 'private-files.tar', 'site_config_backup.json')
  assert.deepEqual(fileNames(await findBackupSet({ backupDirectory: directory })), [
    'database.sql.gz',
    'files.tar',
    'private-files.tar',
    'site_config_backup.json',
  ])
})

test('a file that is named counts before one that is found', async () => {
  const directory = await holding(`${NEW}-database.sql.gz`, `${NEW}-files.tar`, 'elsewhere.tar')
  const set = await findBackupSet({
    backupFile: path.join(directory, `${NEW}-database.sql.gz`),
    publicFiles: path.join(directory, 'elsewhere.tar'),
  })
  assert.equal(fileNames(set)[1], 'elsewhere.tar')
})

test('what cannot be told is refused by name', async () => {
  const mixed = await holding(
    `${NEW}-database.sql.gz`,
    '20261122_223259-other_cloud-database.sql.gz',
    `${NEW}-files.tar`,
  )
  await assert.rejects(findBackupSet({ backupDirectory: mixed }), isRefused('backup-ambiguous'))
  await assert.rejects(
    findBackupSet({ backupFile: path.join(mixed, `${NEW}-files.tar`) }),
    isRefused('backup-file-role'),
  )
  await assert.rejects(findBackupSet({ backupFile: path.join(mixed, 'absent.sql.gz') }), isRefused('backup-not-found'))
  await assert.rejects(findBackupSet({ backupFile: mixed }), isRefused('backup-unreadable'))
  const empty = await holding()
  await assert.rejects(findBackupSet({ backupDirectory: empty }), isRefused('backup-not-found'))
  await assert.rejects(findBackupSet({}), isRefused('backup-not-found'))
  const twice = await holding(`${NEW}-database.sql.gz`, `${NEW}-files.tar`, `${NEW}-files.tgz`)
  await assert.rejects(findBackupSet({ backupDirectory: twice }), isRefused('backup-ambiguous'))
})
