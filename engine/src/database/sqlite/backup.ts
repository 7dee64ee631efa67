import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { MigratorError } from '../../host/errors.ts'
import { writeCompressed } from '../compressed-file.ts'
import type { BackupResult, SiteDatabase } from '../site-database.ts'
import { asMigratorError, openFile } from './connection.ts'
import { readTables } from './tables.ts'

/** Pages copied at once (8 MB at SQLite's usual page size): a write by the site in between makes the copy start again. */
const PAGES_PER_STEP = 2000

/** Copies the live file with SQLite's own backup, checks the copy, compresses it (0600) and reads the result back. */
export async function backupSqlite(
  path: string,
  file: string,
  options: Parameters<SiteDatabase['backup']>[1],
): Promise<BackupResult> {
  const copy = `${file}.copy`
  try {
    await copyDatabase(path, copy)
    const { tables, complaint } = await checkCopy(copy)
    if (complaint !== null) throw backupFailed(path, complaint)
    const original = createHash('sha256')
    const restored = createHash('sha256')
    const { bytes, sha256 } = await writeCompressed(file, options, {
      produce: async (sink) => {
        for await (const chunk of createReadStream(copy, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
          original.update(chunk)
          await sink(chunk)
        }
      },
      check: (chunk) => restored.update(chunk),
    })
    if (restored.digest('hex') !== original.digest('hex')) {
      throw backupFailed(path, 'the compressed file does not read back as it was written')
    }
    const verified = [
      'PRAGMA integrity_check of the copy: ok',
      'read back and decompressed to the end',
      'SHA-256 of the decompressed file equals that of the copy',
    ]
    return { path: file, bytes, sha256, tables, verified }
  } finally {
    await rm(copy, { force: true })
  }
}

async function copyDatabase(path: string, copy: string): Promise<void> {
  await rm(copy, { force: true })
  // Made beforehand so that the copy never has a wider mode than this.
  await (await open(copy, 'wx', 0o600)).close()
  const { backup } = await import('node:sqlite')
  const source = await openFile(path, 'read')
  try {
    await backup(source, copy, { rate: PAGES_PER_STEP })
  } catch (error) {
    throw asMigratorError(error, path, 'copying it')
  } finally {
    source.close()
  }
}

async function checkCopy(copy: string): Promise<{ tables: number; complaint: string | null }> {
  // Opened for writing: a copy of a WAL database cannot be read without its side files, which are made here and removed at close.
  const database = await openFile(copy, 'write')
  try {
    const rows = database.prepare('PRAGMA integrity_check').all()
    const first = String(rows[0]?.['integrity_check'] ?? 'no answer')
    return { tables: readTables(database).length, complaint: first === 'ok' ? null : first }
  } finally {
    database.close()
  }
}

function backupFailed(path: string, evidence: string): MigratorError {
  return new MigratorError({
    code: 'backup-failed',
    kind: 'failed',
    message: `The safety backup of ${path} could not be verified.`,
    evidence,
    untouched: 'The database was only read.',
    failureClass: 'unknown',
  })
}
