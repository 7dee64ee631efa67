import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { systemCode } from '../host/local/files.ts'
import type { ContentFacts, Damage, Wrapping } from './backup-facts.ts'
import type { BackupPart } from './backup-set.ts'
import { checkEncryption, type Decryption, decrypt } from './openpgp.ts'
import { recognizeContent, shownOpening, wrappingOf } from './recognize.ts'

const CHUNK_BYTES = 256 << 10
/** What is kept to tell what the content is. */
const OPENING_BYTES = 64 << 10

export interface ReadOptions {
  /** The key backups are encrypted with (`backup_encryption_key`), for encrypted files. */
  backupKey?: string | undefined
  signal?: AbortSignal | undefined
  /** Bytes of the stored file read so far, and its size. An encrypted file is counted by what came out of it. */
  onProgress?: ((read: number, total: number) => void) | undefined
  /** Reading stops, as `too-large`, beyond this many bytes of content. */
  largestContent?: number | undefined
}

/** Gets the content in pieces, decrypted and decompressed. `false`: no more is wanted. */
export type Take = (chunk: Buffer) => Promise<boolean | undefined> | boolean | undefined

type Failure = Omit<Damage, 'afterBytes'>
/** Thrown to leave a pipeline whose reader has enough. */
const ENOUGH = new Error('enough')

/**
 * Reads a part of a backup, whatever it is, as far as `take` wants; to the end, all that checks itself (CRC and length, zstd's checksum,
 * OpenPGP's integrity code) is checked. What is wrong with the file is in the answer; errors of `take` and an abort come through.
 */
export async function readPart(part: BackupPart, options: ReadOptions, take: Take): Promise<ContentFacts> {
  const opening: Buffer[] = []
  let plainBytes = 0
  const limit = options.largestContent ?? Number.POSITIVE_INFINITY
  let left = false
  const note = (wanted: boolean | undefined) => {
    left ||= wanted === false
    return wanted
  }
  const layers = await openLayers(part, options)
  const takeCounted: Take = (chunk) => {
    if (plainBytes < OPENING_BYTES) opening.push(chunk)
    plainBytes += chunk.length
    const wanted = plainBytes > limit ? false : take(chunk)
    return wanted instanceof Promise ? wanted.then(note) : note(wanted)
  }
  let damage = layers === null ? NO_KEY : 'kind' in layers ? layers : await flow(part, layers, options, takeCounted)
  if (damage === null && plainBytes > limit) damage = { kind: 'too-large', said: `more than ${limit} bytes of content` }
  const wrappings: Wrapping[] = layers === null ? ['openpgp'] : 'kind' in layers ? [] : layers.wrappings
  const unseen = plainBytes === 0 && damage !== null
  const head = Buffer.concat(opening).subarray(0, OPENING_BYTES)
  const content = unseen ? null : recognizeContent(head)
  const trailingBytes = layers === null || 'kind' in layers || damage !== null ? 0 : layers.trailingBytes()
  if (trailingBytes > 0 && !left && !(await endsInZeros(part, trailingBytes)))
    damage = { kind: 'trailing', said: `${trailingBytes} bytes follow the end of the compressed data` }
  return {
    part,
    recognized: { wrappings, content, opening: content === null ? '' : shownOpening(content, head) },
    storedBytes: part.bytes,
    plainBytes,
    trailingBytes: left ? 0 : trailingBytes,
    damage: damage && { ...damage, afterBytes: plainBytes },
  }
}

const NO_KEY: Failure = { kind: 'no-key', said: 'OpenPGP data encrypted with a passphrase' }

interface Layers {
  wrappings: Wrapping[]
  source: Readable
  decompressor: Transform | null
  decryption: Decryption | null
  trailingBytes(): number
}

/** Whether a file of a backup opens with a key alone; of one that cannot be read its reader says so. */
export async function isEncrypted(path: string): Promise<boolean> {
  try {
    return (await outerWrapping(path))[0] === 'openpgp'
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
}

async function outerWrapping(path: string): Promise<Wrapping[]> {
  const handle = await open(path, 'r')
  const head = Buffer.alloc(64)
  const { bytesRead } = await handle.read(head, 0, head.length, 0).finally(() => handle.close())
  const wrapping = wrappingOf(head.subarray(0, bytesRead))
  return wrapping === null ? [] : [wrapping]
}

/** Whether nothing but zeros stands in the last bytes of a file, which is how tapes and some copies end. */
async function endsInZeros(part: BackupPart, bytes: number): Promise<boolean> {
  for await (const chunk of createReadStream(part.path, { start: part.bytes - bytes }) as AsyncIterable<Buffer>)
    if (chunk.some((byte) => byte !== 0)) return false
  return true
}

/** null when it is encrypted and there is no key. */
async function openLayers(part: BackupPart, options: ReadOptions): Promise<Layers | Failure | null> {
  try {
    const wrappings = await outerWrapping(part.path)
    const encrypted = wrappings[0] === 'openpgp'
    if (encrypted && options.backupKey === undefined) return null
    const decryption = encrypted ? await decrypt(part.path, options.backupKey ?? '') : null
    const source = decryption?.output ?? createReadStream(part.path, { highWaterMark: CHUNK_BYTES })
    if (decryption !== null) {
      const inner = wrappingOf(await peek(decryption.output))
      if (inner === 'gzip' || inner === 'zstd') wrappings.push(inner)
    }
    const compression = wrappings.at(-1)
    if (compression === undefined || compression === 'openpgp')
      return { wrappings, source, decompressor: null, decryption, trailingBytes: () => 0 }
    const settings = { chunkSize: CHUNK_BYTES }
    const decompressor = compression === 'gzip' ? createGunzip(settings) : createZstdDecompress(settings)
    const trailingBytes = () => (encrypted ? 0 : Math.max(0, part.bytes - decompressor.bytesWritten))
    return { wrappings, source, decompressor, decryption, trailingBytes }
  } catch (error) {
    return failureOf(error)
  }
}

/** The first bytes of a stream, left in it. */
async function peek(stream: Readable): Promise<Buffer> {
  for (;;) {
    const chunk: unknown = stream.read()
    if (Buffer.isBuffer(chunk)) {
      stream.unshift(chunk)
      return chunk
    }
    if (stream.readableEnded || stream.destroyed) return Buffer.alloc(0)
    await Promise.race([once(stream, 'readable'), once(stream, 'end'), once(stream, 'close')])
  }
}

/** Lets the content flow; answers what is wrong with it. */
async function flow(part: BackupPart, layers: Layers, options: ReadOptions, take: Take): Promise<Failure | null> {
  const { source, decompressor, decryption } = layers
  let read = 0
  let ownError: { error: unknown } | null = null
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      read += chunk.length
      options.onProgress?.(Math.min(read, part.bytes), part.bytes)
      yield chunk
    }
  }
  const sink = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      try {
        if ((await take(chunk)) === false) throw ENOUGH
      } catch (error) {
        ownError = { error }
        throw error
      }
    }
  }
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  try {
    if (decompressor === null) await pipeline(source, count, sink, signal)
    else await pipeline(source, count, decompressor, sink, signal)
    return (await decryption?.outcome) ?? null
  } catch (error) {
    decryption?.stop()
    await decryption?.outcome
    const own: { error: unknown } | null = ownError
    if (error === ENOUGH) return null
    if (own !== null) throw (own as { error: unknown }).error
    options.signal?.throwIfAborted()
    // What gpg let out was not checked yet: if it does not decrypt as a whole, that is what is wrong.
    const encryption = decryption === null ? null : await checkEncryption(part.path, options.backupKey ?? '')
    return encryption ?? failureOf(error)
  }
}

function failureOf(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR' || /unexpected end of file/i.test(said)) return { kind: 'truncated', said }
  if (/incorrect (?:data|length) check/.test(said) || /checksum/i.test(`${code} ${said}`))
    return { kind: 'checksum', said }
  // Node takes what follows the end of gzip data for another member, which is right, and then for its header.
  if (said === 'incorrect header check' && code === 'Z_DATA_ERROR') return { kind: 'trailing', said }
  if (code.startsWith('Z_') || code.startsWith('ZSTD') || code.startsWith('ERR_ZLIB')) return { kind: 'corrupt', said }
  return { kind: 'unreadable', said }
}
