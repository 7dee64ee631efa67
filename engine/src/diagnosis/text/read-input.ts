import { MigratorError } from '../../host/errors.ts'
import { LogCutter, type Section } from './cut-log.ts'
import { decode, isBinary, utf16Of } from './decode.ts'
import { prepareLines, type Report } from './prepare-report.ts'

/** What was given, ready to be matched: one report, or the parts of a log that tell of trouble. */
export interface Input {
  reports: { report: Report; count: number }[]
  /** What was left out, in sentences. */
  notes: string[]
}

/** What somebody pastes is smaller, and is read as a whole. */
const WHOLE = 64 * 1024

/**
 * Reads text, or a log of any size in bounded memory.
 *
 * @param markers what makes a line of a log worth keeping (markers.ts); asked for when it is one
 * @throws MigratorError `empty-input`, `binary-input`
 */
export async function readInput(source: AsyncIterable<Uint8Array>, markers: () => readonly string[]): Promise<Input> {
  const start: Buffer[] = []
  let length = 0
  let cutter: LogCutter | null = null
  for await (const chunk of inUtf8(source)) {
    if (cutter !== null) cutter.push(chunk)
    else {
      start.push(Buffer.from(chunk))
      length += chunk.length
      if (length <= WHOLE) continue
      const begun = Buffer.concat(start)
      refuseBinary(begun.subarray(0, WHOLE))
      cutter = new LogCutter(markers())
      cutter.push(begun)
    }
  }
  if (cutter !== null) return ofLog(cutter)
  const bytes = Buffer.concat(start)
  refuseBinary(bytes)
  const lines = decode(bytes)
    .split('\n')
    .map((text, index) => ({ number: index + 1, text }))
  const report = prepareLines(lines)
  if (report.text.trim() === '') throw emptyInput()
  return { reports: [{ report, count: 1 }], notes: [] }
}

function ofLog(cutter: LogCutter): Input {
  const { sections, lines, kinds } = cutter.end()
  const said = kinds === 0 ? 'nothing in it tells of trouble; its end was looked at' : partsSaid(sections, kinds)
  return {
    reports: sections.map((section) => ({ report: prepareLines(section.lines), count: section.count })),
    notes: [`${lines.toLocaleString('en')} lines were read: ${said}.`],
  }
}

function partsSaid(sections: readonly Section[], kinds: number): string {
  const parts = kinds === 1 ? '1 kind of trouble was met' : `${kinds} kinds of trouble were met`
  return kinds > sections.length ? `${parts}; the newest and the most frequent were looked at` : parts
}

async function* inUtf8(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | null | undefined
  for await (const chunk of source) {
    if (chunk.length === 0) continue
    if (decoder === undefined) {
      const encoding = utf16Of(chunk)
      decoder = encoding === null ? null : new TextDecoder(encoding)
    }
    yield decoder === null ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8')
  }
}

function refuseBinary(start: Uint8Array): void {
  if (start.length === 0) throw emptyInput()
  const packed = start[0] === 0x1f && start[1] === 0x8b
  if (!packed && !isBinary(start)) return
  throw new MigratorError({
    code: 'binary-input',
    kind: 'usage',
    message: packed ? 'This is a compressed file (gzip), no text.' : 'This is no text: most of it cannot be read.',
    untouched: 'Nothing was changed.',
    hint: packed ? 'Unpack it first: zcat FILE | frappe-migrator diagnose -' : 'Give the error text or a log file.',
  })
}

const emptyInput = (): MigratorError =>
  new MigratorError({
    code: 'empty-input',
    kind: 'usage',
    message: 'There is no text to diagnose: the input is empty.',
    untouched: 'Nothing was changed.',
    hint: 'Give a file, or pipe the output: bench migrate 2>&1 | frappe-migrator diagnose -',
  })
