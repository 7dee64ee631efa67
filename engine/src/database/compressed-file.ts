import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { TransformOptions } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress, type ZstdOptions } from 'node:zlib'

/** Results of (de)compression come in pieces of this size: large enough for few turns, small enough for flat memory. */
const CHUNK_BYTES = 256 << 10

interface WriteOptions {
  signal?: AbortSignal
  /** Bytes so far, before they were compressed. */
  onProgress?: (bytes: number) => void
}

/**
 * Writes a zstd file, mode 0600, that appears under its name only when it is whole and on disk.
 * @param produce hands uncompressed chunks to `sink`; when that resolves, the chunk is no longer needed.
 * @returns size and SHA-256 of the compressed file.
 */
export async function writeCompressed(
  file: string,
  options: WriteOptions,
  produce: (sink: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<{ bytes: number; sha256: string }> {
  const partial = `${file}.partial`
  await rm(partial, { force: true })
  const handle = await open(partial, 'wx', 0o600)
  try {
    const result = await compressInto(handle, options, produce)
    await handle.sync()
    await handle.close()
    await rename(partial, file)
    await syncDirectory(path.dirname(file))
    return result
  } catch (error) {
    await handle.close()
    await rm(partial, { force: true })
    throw error
  }
}

/** Decompresses a whole file through `take`; fails when it is damaged. Returns the SHA-256 of the compressed bytes. */
export async function readCompressed(
  file: string,
  signal: AbortSignal | undefined,
  take: (chunk: Buffer) => void,
): Promise<{ sha256: string }> {
  const hash = createHash('sha256')
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES })
  source.on('data', (chunk) => hash.update(chunk))
  await pipeline(
    source,
    createZstdDecompress({ chunkSize: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) take(chunk)
    },
    { ...(signal === undefined ? {} : { signal }) },
  )
  return { sha256: hash.digest('hex') }
}

async function compressInto(
  handle: FileHandle,
  options: WriteOptions,
  produce: (sink: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<{ bytes: number; sha256: string }> {
  // Level 1: the dump, not the compressor, sets the pace. The checksum lets any zstd program detect damage.
  const settings: ZstdOptions & TransformOptions = {
    chunkSize: CHUNK_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  }
  const compressor = createZstdCompress(settings)
  const hash = createHash('sha256')
  let bytes = 0
  let uncompressed = 0
  const writing = (async () => {
    for await (const chunk of compressor as AsyncIterable<Buffer>) {
      hash.update(chunk)
      await handle.writeFile(chunk)
      bytes += chunk.length
    }
  })()
  // A failing disk is met while waiting for room below; without this the rejection would count as unhandled meanwhile.
  const failed = writing.then(
    () => null,
    (error: unknown) => {
      compressor.destroy()
      return { error }
    },
  )
  const throwIfFailed = async () => {
    const failure = await failed
    if (failure !== null) throw failure.error
  }
  try {
    await produce(async (chunk) => {
      options.signal?.throwIfAborted()
      if (compressor.destroyed) await throwIfFailed()
      const taken = new Promise<void>((resolve) => compressor.write(chunk, () => resolve()))
      await Promise.race([taken, throwIfFailed()])
      uncompressed += chunk.length
      options.onProgress?.(uncompressed)
    })
  } catch (error) {
    compressor.destroy()
    await failed
    throw error
  }
  compressor.end()
  await throwIfFailed()
  return { bytes, sha256: hash.digest('hex') }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
