import { characterOfReference, LONGEST_REFERENCE } from './named-entities.ts'

/**
 * A stretch of text around a place, read the way the last reader in the chain would: escapes of JSON and JavaScript
 * (`\/`, `\n`, `\u002f`, `\x2f`), percent-encoding (`%2F`) and HTML references (`&#x2F;`), in any mix and nesting,
 * stand for the character they spell. Every character knows the piece of the original it came from, so that what is
 * decided about the decoded text can be written back without touching anything else.
 */
export class DecodedWindow {
  /** Set when a character beyond the window was asked for although the text goes on there: look again with a wider window. */
  ranOut = false
  readonly #text: string
  readonly #from: number
  readonly #to: number
  readonly #textEndsHere: boolean
  readonly #layer: PlainLayer | SplicedLayer

  /** `margin` is the reach of the window to both sides of `start`…`end`, in UTF-16 units. */
  constructor(text: string, start: number, end: number, margin: number) {
    this.#text = text
    this.#from = Math.max(0, start - margin)
    this.#to = Math.min(text.length, end + margin)
    this.#textEndsHere = this.#to === text.length
    this.#layer = decodeFully(text.slice(this.#from, this.#to), this.#from)
  }

  /** Whether this stretch of the text lies within the window. */
  holds(start: number, end: number): boolean {
    return start >= this.#from && end <= this.#to
  }

  /** Index of the character that begins at this offset of the text; -1 when an escape runs across it. */
  indexAt(offset: number): number {
    const layer = this.#layer
    if (layer.starts === undefined) return offset - this.#from
    if (offset === layer.ends[layer.length - 1]) return layer.length
    const index = layer.starts.indexOf(offset)
    return index < layer.length ? index : -1
  }

  /** The decoded character; '' before the text's start and after its end. */
  at(index: number): string {
    const { characters, length } = this.#layer
    // Near a cut the first characters may be the torn end of an escape, so they are not trusted.
    if (this.#from > 0 && index < CUT_MARGIN) this.ranOut = true
    if (!this.#textEndsHere && index >= length - CUT_MARGIN) this.ranOut = true
    return index < 0 ? '' : (characters[index] ?? '')
  }

  /** Where in the text the character's spelling begins. */
  startOf(index: number): number {
    return this.#layer.starts?.[index] ?? this.#from + index
  }

  /** Where in the text the character's spelling ends. */
  endOf(index: number): number {
    const layer = this.#layer
    return layer.starts === undefined ? this.#from + index + 1 : (layer.ends[index] ?? this.#from)
  }

  /** The character as the text spells it. */
  spellingOf(index: number): string {
    return this.#text.slice(this.startOf(index), this.endOf(index))
  }

  /** How many layers of percent-encoding the character is wrapped in. */
  percentDepth(index: number): number {
    const layer = this.#layer
    return layer.starts === undefined ? 0 : (layer.depths[index] ?? 0)
  }
}

/** As long as the longest escape that can be torn by a cut (`&amp;#x2F;`). */
const CUT_MARGIN = 12
/** Nesting deeper than this is left as it is. */
const MOST_LAYERS = 10

/** Text without escapes: every character is its own spelling. */
interface PlainLayer {
  characters: string
  length: number
  starts?: never
}

interface SplicedLayer {
  characters: string[]
  length: number
  starts: Int32Array
  ends: Int32Array
  depths: Uint8Array
}

function decodeFully(text: string, from: number): PlainLayer | SplicedLayer {
  const { length } = text
  if (!/[\\%&]/.test(text)) return { characters: text, length }
  const layer: SplicedLayer = {
    characters: text.split(''),
    length,
    starts: new Int32Array(length),
    ends: new Int32Array(length),
    depths: new Uint8Array(length),
  }
  for (let index = 0; index < length; index++) {
    layer.starts[index] = from + index
    layer.ends[index] = from + index + 1
  }
  let passes = 0
  while (passes < MOST_LAYERS && decodeOnce(layer)) passes++
  return layer
}

/** Takes off one layer of escapes, in place: what is written never overtakes what is read. False when there was none. */
function decodeOnce(layer: SplicedLayer): boolean {
  const { characters, starts, ends, depths } = layer
  let write = 0
  for (let read = 0; read < characters.length; write++) {
    const found = escapeAt(characters, read)
    const behind = read + (found?.size ?? 1)
    let depth = 0
    for (let part = read; part < behind; part++) depth = Math.max(depth, depths[part] ?? 0)
    const start = starts[read] ?? 0
    characters[write] = found?.character ?? characters[read] ?? ''
    starts[write] = start
    ends[write] = ends[behind - 1] ?? 0
    depths[write] = found?.percent ? depth + 1 : depth
    read = behind
  }
  const shrank = write < characters.length
  characters.length = write
  layer.length = write
  return shrank
}

interface Escape {
  character: string
  size: number
  percent?: boolean
}

function escapeAt(characters: string[], index: number): Escape | undefined {
  const first = characters[index]
  if (first === '\\') return backslashEscape(characters, index)
  if (first === '%') return percentEscape(characters, index)
  if (first === '&') return htmlReference(characters, index)
  return undefined
}

const SINGLE_ESCAPES = new Map(
  Object.entries({
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '"': '"',
    "'": "'",
    '`': '`',
    '/': '/',
    '\\': '\\',
  }),
)

function backslashEscape(characters: string[], index: number): Escape | undefined {
  const letter = characters[index + 1] ?? ''
  const single = SINGLE_ESCAPES.get(letter)
  if (single !== undefined) return { character: single, size: 2 }
  const digits = letter === 'u' ? 4 : letter === 'x' ? 2 : 0
  const code = hexadecimal(characters, index + 2, digits)
  return code === undefined ? undefined : { character: String.fromCharCode(code), size: 2 + digits }
}

const UTF8 = new TextDecoder()

function percentEscape(characters: string[], index: number): Escape | undefined {
  const byte = hexadecimal(characters, index + 1, 2)
  if (byte === undefined) return undefined
  if (byte < 0x80) return { character: String.fromCharCode(byte), size: 3, percent: true }
  const bytes = [byte]
  const expected = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
  while (bytes.length < expected && characters[index + 3 * bytes.length] === '%') {
    const next = hexadecimal(characters, index + 3 * bytes.length + 1, 2)
    if (next === undefined || next < 0x80 || next > 0xbf) break
    bytes.push(next)
  }
  // Bytes that are no UTF-8 become U+FFFD, which counts as a letter: doubtful neighbours are left alone.
  const character = UTF8.decode(Uint8Array.from(bytes))
  return { character: character.startsWith('\ufffd') ? '\ufffd' : character, size: 3 * bytes.length, percent: true }
}

function htmlReference(characters: string[], index: number): Escape | undefined {
  let end = index + 1
  while (end - index <= LONGEST_REFERENCE && characters[end] !== ';') end++
  const name = characters.slice(index + 1, end).join('')
  const character = characters[end] === ';' ? characterOfReference(name) : undefined
  if (character !== undefined) return { character, size: end - index + 1 }
  // Browsers read numbers without the semicolon too.
  const number = /^#(?:x[0-9a-f]+|[0-9]+)/i.exec(name)?.[0] ?? ''
  const numbered = number === '' ? undefined : characterOfReference(number)
  return numbered === undefined ? undefined : { character: numbered, size: number.length + 1 }
}

function hexadecimal(characters: string[], index: number, digits: number): number | undefined {
  if (digits === 0) return undefined
  const text = characters.slice(index, index + digits).join('')
  return text.length === digits && /^[0-9a-f]+$/i.test(text) ? Number.parseInt(text, 16) : undefined
}
