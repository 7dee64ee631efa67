import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../host/local/files.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { ChangeContext } from './change.ts'

export const storedPath = (context: ChangeContext, sha256: string): string => join(context.vault, `file-${sha256}`)

/** Keeps a file's bytes in the vault under their digest; returns the digest. */
export async function storeFile(context: ChangeContext, content: Buffer): Promise<string> {
  const sha256 = sha256Of(content)
  await writeFileAtomic(storedPath(context, sha256), content, 0o600)
  return sha256
}

export const readStored = (context: ChangeContext, sha256: string): Promise<Buffer> =>
  readFile(storedPath(context, sha256))
