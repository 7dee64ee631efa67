/** Searches bytes for secrets in every spelling they could have been written in. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'

/** The secret as it is, inside JSON, percent-encoded, and inside base64 at each of its three alignments. */
export function spellingsOf(secret: string): string[] {
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${'x'.repeat(shift)}${secret}`).toString('base64')
    // The first and last groups also depend on the neighbours.
    return text.slice(shift === 0 ? 0 : 4, -4)
  })
  return [
    ...new Set([
      secret,
      secret.replace(/=+$/, ''),
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      ...aligned,
      ...aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      Buffer.from(secret).toString('hex'),
    ]),
  ]
}

/** What of the secrets stands in the bytes, compressed or not. */
export function secretsIn(bytes: Buffer, secrets: readonly string[]): string[] {
  const text = decompressed(bytes).toString('latin1')
  return secrets.filter((secret) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
}

function decompressed(bytes: Buffer): Buffer {
  if (bytes.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return zstdDecompressSync(bytes)
  if (bytes.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return gunzipSync(bytes)
  return bytes
}

/** Every file under a directory, relative; a file that goes while we look was temporary and is read by the watch. */
export function filesUnder(root: string): { path: string; mode: number; kind: 'file' | 'directory' }[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const status = statSync(join(root, name), { throwIfNoEntry: false })
    if (!status?.isFile() && !status?.isDirectory()) return []
    return [
      { path: name, mode: status.mode & 0o777, kind: status.isFile() ? ('file' as const) : ('directory' as const) },
    ]
  })
}

/** `path: secret` for each secret that stands in a file under a directory. */
export function leaksUnder(root: string, secrets: readonly string[], skip: (path: string) => boolean): string[] {
  return filesUnder(root)
    .filter(({ path, kind }) => kind === 'file' && !skip(path))
    .flatMap(({ path }) =>
      secretsIn(readFileSync(join(root, path)), secrets).map(
        (secret) => `${relative('/', join(root, path))}: ${secret}`,
      ),
    )
}
