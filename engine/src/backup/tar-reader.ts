import { headerChecksum } from './recognize.ts'

const BLOCK = 512
/** Long names and extended headers; the kernel's longest path is 4 KiB. */
const LARGEST_HEADER = 1 << 20

export interface TarEntry {
  /** As the archive has it: `./old.cloud/public/files/a.txt`. */
  path: string
  kind: 'file' | 'directory' | 'symbolic-link' | 'hard-link' | 'device' | 'unsupported'
  bytes: number
  /** Where a link leads, as the archive has it. */
  target: string
  mode: number
  /** Seconds since 1970. */
  modified: number
  /** false when the name is no valid UTF-8. */
  readable: boolean
}

export type TarEvent = { kind: 'entry'; entry: TarEntry } | { kind: 'data'; bytes: Buffer } | { kind: 'end-of-entry' }

/** A block that is no header where one must be. */
export class TarDamaged extends Error {}

const KINDS: Record<string, TarEntry['kind']> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'device',
}

/**
 * Reads a tar (POSIX ustar and pax, GNU long names, numbers of base 256) as it passes by. Whether an entry may be trusted is not its question.
 */
export class TarReader {
  /** Two blocks of zeros were met: the archive is whole. */
  ended = false
  #waiting: Buffer = Buffer.alloc(0)
  #left = 0
  #padding = 0
  #entry: TarEntry | null = null
  /** Set while the body of a header entry (`L`, `K`, `x`) is collected. */
  #header: { flag: string; parts: Buffer[] } | null = null
  #longPath: string | null = null
  #longTarget: string | null = null
  #extended = new Map<string, string>()
  #zeroBlocks = 0

  /** true within an entry: the end of input here is a truncated archive. */
  get inEntry(): boolean {
    return this.#left > 0 || this.#waiting.length > 0
  }

  /** @throws TarDamaged */
  *push(chunk: Buffer): Generator<TarEvent> {
    let bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk])
    this.#waiting = Buffer.alloc(0)
    while (bytes.length > 0 && !this.ended) {
      if (this.#left > 0) {
        const body = bytes.subarray(0, this.#left)
        bytes = bytes.subarray(body.length)
        this.#left -= body.length
        if (this.#header !== null) this.#header.parts.push(body)
        else yield { kind: 'data', bytes: body }
        if (this.#left === 0) yield* this.#endEntry()
      } else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, bytes.length)
        bytes = bytes.subarray(skipped)
        this.#padding -= skipped
      } else if (bytes.length < BLOCK) {
        this.#waiting = Buffer.from(bytes)
        return
      } else {
        yield* this.#begin(bytes.subarray(0, BLOCK))
        bytes = bytes.subarray(BLOCK)
      }
    }
  }

  *#begin(block: Buffer): Generator<TarEvent> {
    if (block.every((byte) => byte === 0)) {
      this.#zeroBlocks++
      this.ended = this.#zeroBlocks === 2
      return
    }
    if (numberAt(block, 148, 8) !== headerChecksum(block))
      throw new TarDamaged('a header of the tar archive is damaged')
    this.#zeroBlocks = 0
    const flag = String.fromCharCode(block[156] ?? 0)
    const size = Number(this.#extended.get('size') ?? numberAt(block, 124, 12))
    if (!Number.isSafeInteger(size) || size < 0) throw new TarDamaged('an entry of the tar archive has no usable size')
    if ('LKxg'.includes(flag)) {
      if (size > LARGEST_HEADER) throw new TarDamaged('an extended header of the tar archive is too large')
      this.#header = { flag, parts: [] }
      this.#entry = null
      this.#left = size
    } else {
      this.#entry = this.#describe(block, flag, size)
      this.#left = this.#entry.kind === 'file' || this.#entry.kind === 'unsupported' ? size : 0
      this.#longPath = null
      this.#longTarget = null
      this.#extended = new Map()
      yield { kind: 'entry', entry: this.#entry }
    }
    this.#padding = (BLOCK - (this.#left % BLOCK)) % BLOCK
    if (this.#left === 0) yield* this.#endEntry()
  }

  *#endEntry(): Generator<TarEvent> {
    if (this.#header === null) {
      yield { kind: 'end-of-entry' }
      return
    }
    const { flag, parts } = this.#header
    this.#header = null
    const text = Buffer.concat(parts).toString('utf8')
    if (flag === 'L') this.#longPath = text.replace(/\0.*$/s, '')
    if (flag === 'K') this.#longTarget = text.replace(/\0.*$/s, '')
    if (flag === 'x') this.#extended = extendedHeader(Buffer.concat(parts))
  }

  #describe(block: Buffer, flag: string, size: number): TarEntry {
    const name = textAt(block, 0, 100)
    const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : ''
    const path = this.#extended.get('path') ?? this.#longPath ?? (prefix === '' ? name : `${prefix}/${name}`)
    const sparse = [...this.#extended.keys()].some((key) => key.startsWith('GNU.sparse'))
    let kind = sparse ? 'unsupported' : (KINDS[flag] ?? 'unsupported')
    // Old tars write a directory as a file whose name ends in a slash.
    if (kind === 'file' && path.endsWith('/')) kind = 'directory'
    return {
      path,
      kind,
      bytes: kind === 'file' ? size : 0,
      target: this.#extended.get('linkpath') ?? this.#longTarget ?? textAt(block, 157, 100),
      mode: numberAt(block, 100, 8) & 0o7777,
      modified: Number(this.#extended.get('mtime') ?? numberAt(block, 136, 12)) || 0,
      readable: !path.includes('\ufffd') && !path.includes('\0'),
    }
  }
}

function textAt(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? length : end).toString('utf8')
}

/** Octal digits, or GNU's big-endian number marked by the first bit. */
function numberAt(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first < 0x80) return Number.parseInt(textAt(block, start, length).trim() || '0', 8)
  if (first !== 0x80) return Number.NaN
  return block.subarray(start + 1, start + length).reduce((value, byte) => value * 256 + byte, 0)
}

/** pax: `<length> <key>=<value>\n`, the length counting itself, in bytes. */
function extendedHeader(bytes: Buffer): Map<string, string> {
  const values = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('latin1', at, blank))
    const equals = bytes.indexOf(0x3d, blank)
    if (blank === -1 || equals === -1 || !Number.isInteger(length) || length <= 0)
      throw new TarDamaged('an extended header of the tar archive is damaged')
    values.set(bytes.toString('utf8', blank + 1, equals), bytes.toString('utf8', equals + 1, at + length - 1))
    at += length
  }
  return values
}
