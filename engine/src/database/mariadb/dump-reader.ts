const CREATE_TABLE = Buffer.from('\nCREATE TABLE `')
const OVERLAP = 1024
const COMPLETED = /^-- Dump completed/m

/**
 * Looks through a dump that passes by in chunks: which tables it creates, whether it came to its end.
 * Values cannot fake either: a dump writes line breaks inside values as `\n`.
 */
export class DumpReader {
  readonly tables = new Set<string>()
  #tail = Buffer.alloc(0)

  take(chunk: Buffer): void {
    // Across the seam first; the chunk itself is searched where it lies.
    this.#search(Buffer.concat([this.#tail, chunk.subarray(0, OVERLAP)]))
    if (chunk.length > OVERLAP) this.#search(chunk)
    const end = chunk.length < OVERLAP ? Buffer.concat([this.#tail, chunk]) : chunk
    this.#tail = Buffer.from(end.subarray(Math.max(0, end.length - OVERLAP)))
  }

  #search(window: Buffer): void {
    for (let at = window.indexOf(CREATE_TABLE); at !== -1; at = window.indexOf(CREATE_TABLE, at + 1)) {
      const name = quotedName(window, at + CREATE_TABLE.length)
      if (name !== null) this.tables.add(name)
    }
  }

  /** true when the last line says so. */
  completed(): boolean {
    return COMPLETED.test(this.#tail.toString('latin1'))
  }
}

/** The name up to its closing backtick; null when the window ends before it (the next window has it whole). */
function quotedName(window: Buffer, start: number): string | null {
  // A backtick at the very end may be half of a doubled one.
  for (let at = start; at < window.length - 1; at++) {
    if (window[at] !== BACKTICK) continue
    if (window[at + 1] === BACKTICK) at++
    else return window.subarray(start, at).toString('utf8').replaceAll('``', '`')
  }
  return null
}

const BACKTICK = 0x60
