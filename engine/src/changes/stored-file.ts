import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MigratorError } from '../host/errors.ts'
import { systemCode, writeFileAtomic } from '../host/local/files.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { ChangeContext, VaultFile } from './change.ts'

export const storedPath = (context: ChangeContext, sha256: string): string => join(context.vault, `file-${sha256}`)

/** What a change that stored a file needs of the vault. */
export const storedFile = (context: ChangeContext, sha256: string): VaultFile => ({
  path: storedPath(context, sha256),
  sha256,
})

/** Keeps a file's bytes in the vault under their digest; returns the digest. */
export async function storeFile(context: ChangeContext, content: Buffer): Promise<string> {
  const sha256 = sha256Of(content)
  await writeFileAtomic(storedPath(context, sha256), content, 0o600)
  return sha256
}

/** @throws MigratorError `vault-damaged` when the bytes are no longer those that were stored. */
export async function readStored(context: ChangeContext, sha256: string): Promise<Buffer> {
  const content = await readFile(storedPath(context, sha256))
  if (sha256Of(content) === sha256) return content
  throw new MigratorError({
    code: 'vault-damaged',
    kind: 'attention',
    message: `A file in the vault of run ${context.runId} is no longer what was stored there.`,
    evidence: storedPath(context, sha256),
    hint: 'Put the vault back from a backup of the machine, then try again.',
  })
}

/** null when the file is as it was stored, else what is wrong with it. */
export async function damageOf({ path, sha256 }: VaultFile): Promise<'gone' | 'changed' | null> {
  const hash = createHash('sha256')
  try {
    for await (const block of createReadStream(path)) hash.update(block)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'gone'
    throw error
  }
  return hash.digest('hex') === sha256 ? null : 'changed'
}
