import { open } from 'node:fs/promises'
import { MigratorError } from '../host/errors.ts'

const CHUNK = 1024 * 1024

/**
 * The bytes of a file, or of what is piped or pasted (`-`, or no file). A chunk is written over by the next one.
 * @throws MigratorError `no-text` when the file cannot be read
 */
export function openText(file: string | undefined): AsyncIterable<Uint8Array> {
  if (file !== undefined && file !== '-') return chunksOf(file)
  if (process.stdin.isTTY) process.stderr.write('Paste the text, then press Enter and Ctrl-D.\n')
  return process.stdin
}

async function* chunksOf(file: string): AsyncIterable<Uint8Array> {
  try {
    await using handle = await open(file)
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    throw new MigratorError({
      code: 'no-text',
      kind: 'usage',
      message: `${file} cannot be read.`,
      evidence: error.message,
      untouched: 'Nothing was changed.',
      hint: 'Name a file, or pipe the text: bench migrate 2>&1 | frappe-migrator diagnose -',
      cause: error,
    })
  }
}
