import { basename } from 'node:path'
import { z } from 'zod'
import type { Damage } from '../backup/backup-facts.ts'
import { type BackupPart, backupName } from '../backup/backup-set.ts'
import { isEncrypted, readPart } from '../backup/part-content.ts'
import { MigratorError } from '../host/errors.ts'
import type { ChangeContext } from './change.ts'

/** A file of a backup as a plan names it. */
export const BackupFile = z.object({
  role: z.enum(['database', 'public-files', 'private-files', 'site-config']),
  path: z.string(),
  /** Size when it was read for the plan. */
  bytes: z.number(),
})
export type BackupFile = z.infer<typeof BackupFile>

/** The same for the readers. @throws MigratorError `backup-changed` when it is gone or of another size by now */
export async function partOf(file: BackupFile, context: ChangeContext): Promise<BackupPart> {
  const now = await context.host.status(file.path)
  if (now?.bytes === file.bytes) return { ...file, name: backupName(basename(file.path)) }
  throw new MigratorError({
    code: 'backup-changed',
    kind: 'failed',
    message: `The backup is no longer what was planned: ${file.path}.`,
    evidence: now === null ? 'it is not there any more' : `${now.bytes} bytes now, ${file.bytes} when it was read`,
    untouched: 'The site was not touched.',
    hint: 'Put the file back, then resume. Or roll back, and plan again.',
    failureClass: 'configuration',
  })
}

/**
 * Reads a file of the backup to its end, decrypted and decompressed.
 * @throws MigratorError `backup-changed`, `backup-damaged`
 */
export async function readBackupFile(
  file: BackupFile,
  context: ChangeContext,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const part = await partOf(file, context)
  const backupKey = (await isEncrypted(part.path)) ? ((await context.backupKey()) ?? undefined) : undefined
  const { damage } = await readPart(part, { signal: context.signal, backupKey }, async (chunk) => {
    await take(chunk)
    return true
  })
  if (damage !== null) throw damaged(file, damage)
}

export const damaged = (file: BackupFile, { kind, said }: Damage): MigratorError =>
  new MigratorError({
    code: 'backup-damaged',
    kind: 'failed',
    message: `A file of the backup can no longer be read to its end: ${file.path}.`,
    evidence: `${kind}: ${said}`,
    untouched: 'The site was not touched.',
    hint: 'It could when the plan was made: look at the disk it lies on. Then resume, or roll back.',
    failureClass: 'configuration',
  })

/** The backup's configuration, whole. Holds secrets. @throws MigratorError as readBackupFile does */
export async function readBackupConfig(file: BackupFile, context: ChangeContext): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  await readBackupFile(file, context, async (chunk) => {
    chunks.push(Buffer.from(chunk))
  })
  return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.concat(chunks).toString()))
}
