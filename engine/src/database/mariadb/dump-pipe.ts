import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'

/** Handing each read of a pipe to the compressor's thread would cost more than joining them. */
const BLOCK_BYTES = 1 << 20
/** One is handed out, one is filled. */
const BLOCKS = 2
const READ_BYTES = 64 << 10

/** A pipe that is read into the same few blocks again and again: memory stays flat however much passes through. */
export interface DumpPipe {
  /** Descriptor of the writing end, for a child's standard output. */
  writingEnd: number
  /** Closes our copy of the writing end, so that the pipe ends when the child does. */
  closeWritingEnd(): void
  /** What passes through, to its end. A block is filled anew as soon as the next one is asked for. */
  blocks(): AsyncGenerator<Buffer>
  close(): void
}

/**
 * Node itself reads a child's output into a new buffer each time (a hundred thousand of them for a gigabyte, 60 MB more at the peak),
 * and cannot make a pipe: so this one has a name, which is removed as soon as both ends are open.
 * @param path a name in a private directory.
 */
export async function openDumpPipe(path: string): Promise<DumpPipe> {
  await rm(path, { force: true })
  await promisify(execFile)('mkfifo', ['-m', '600', '--', path])
  try {
    // Opened this way, the reading end waits for nobody; then the writing end finds it.
    const readingEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return dumpPipe(readingEnd, openSync(path, constants.O_WRONLY))
  } finally {
    await rm(path, { force: true })
  }
}

function dumpPipe(readingEnd: number, writingEnd: number): DumpPipe {
  const free = Array.from({ length: BLOCKS }, () => Buffer.allocUnsafeSlow(BLOCK_BYTES))
  const full: { block: Buffer<ArrayBuffer>; length: number }[] = []
  let block = free.pop()
  let length = 0
  let end: { error: Error | null } | null = null
  let wake = () => {}

  const handOn = () => {
    if (block === undefined || length === 0) return
    full.push({ block, length })
    block = free.pop()
    length = 0
    wake()
  }
  const socket = new Socket({
    fd: readingEnd,
    readable: true,
    writable: false,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (bytes, buffer) => {
        if (block !== undefined) length += Buffer.from(buffer.buffer, buffer.byteOffset, bytes).copy(block, length)
        if (length > BLOCK_BYTES - READ_BYTES) handOn()
        return block !== undefined
      },
    },
  })
  socket.once('end', () => {
    handOn()
    end = { error: null }
    wake()
  })
  socket.once('error', (error) => {
    end = { error }
    wake()
  })

  return {
    writingEnd,
    closeWritingEnd: () => closeSync(writingEnd),
    async *blocks() {
      while (true) {
        const next = full.shift()
        if (next !== undefined) {
          yield next.block.subarray(0, next.length)
          if (block === undefined) {
            block = next.block
            socket.resume()
          } else free.push(next.block)
        } else if (end !== null) {
          if (end.error !== null) throw end.error
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
    close: () => {
      socket.destroy()
    },
  }
}
