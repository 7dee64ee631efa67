import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { TransformOptions } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress, type ZstdOptions } from 'node:zlib'

interface WriteOptions {
  signal?: AbortSignal
  /** Compressed bytes so far. */
  onProgress?: (bytes: number) => void
}

/**
 * Writes a zstd file, mode 0600, that appears under its name only when it is whole and on disk.
 * @param produce hands uncompressed chunks to `sink`, awaiting each.
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
  const source = createReadStream(file, { highWaterMark: 1 << 20 })
  source.on('data', (chunk) => hash.update(chunk))
  await pipeline(
    source,
    createZstdDecompress({ chunkSize: 1 << 20 }),
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
    chunkSize: 1 << 20,
    // Room enough that the producer goes on while a piece is being compressed: without it they take turns.
    writableHighWaterMark: 4 << 20,
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  }
  const compressor = createZstdCompress(settings)
  const hash = createHash('sha256')
  let bytes = 0
  const writing = (async () => {
    for await (const chunk of compressor as AsyncIterable<Buffer>) {
      hash.update(chunk)
      await handle.writeFile(chunk)
      bytes += chunk.length
      options.onProgress?.(bytes)
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
      if (!compressor.write(chunk)) await Promise.race([once(compressor, 'drain'), throwIfFailed()])
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
