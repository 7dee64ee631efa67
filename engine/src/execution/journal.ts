import { open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { PlaceName } from '../bench/place.ts'
import { MigratorError } from '../host/errors.ts'
import { syncDirectory } from '../host/local/files.ts'
import { Phase } from './plan.ts'

export const runStates = ['planned', 'running', 'done', 'attention', 'rolling-back', 'rolled-back', 'retired'] as const
export type RunState = (typeof runStates)[number]

const common = { sequence: z.number(), time: z.string() }
const record = z.record(z.string(), z.json().optional())

/** One line of journal.jsonl. Written before (intent) and after (done) every change, each made durable first. */
export const JournalLine = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('state'),
    state: z.enum(runStates),
    reason: z.string(),
    pid: z.number(),
    /** Of `rolling-back`: what happens to things that others changed since. */
    onConflict: z.enum(['keep', 'restore']).exactOptional(),
    /** The same: what the target was written to since it was opened is left behind. */
    abandonTargetWrites: z.literal(true).exactOptional(),
  }),
  z.object({ ...common, type: z.literal('phase'), phase: Phase, event: z.enum(['begin', 'end']) }),
  z.object({ ...common, type: z.literal('intent'), step: z.string(), kind: z.string(), before: z.json() }),
  z.object({
    ...common,
    type: z.literal('progress'),
    step: z.string(),
    direction: z.enum(['apply', 'revert']),
    record,
  }),
  z.object({
    ...common,
    type: z.literal('child'),
    step: z.string(),
    program: z.string(),
    pid: z.number(),
    startTime: z.string(),
    bootId: z.string(),
    /** On whose machine it runs, in a transfer; absent: that of the plan's own bench. */
    place: PlaceName.exactOptional(),
  }),
  z.object({ ...common, type: z.literal('done'), step: z.string(), after: z.json(), milliseconds: z.number() }),
  z.object({ ...common, type: z.literal('reverting'), step: z.string() }),
  z.object({
    ...common,
    type: z.literal('reverted'),
    step: z.string(),
    milliseconds: z.number(),
    kept: z.array(z.object({ what: z.string(), left: z.string(), now: z.string() })),
  }),
  z.object({
    ...common,
    type: z.literal('failure'),
    step: z.string().nullable(),
    phase: Phase,
    code: z.string(),
    message: z.string(),
    failureClass: z.enum(['configuration', 'service', 'dependency', 'permission', 'unknown']),
    choice: z.enum(['retry', 'ask', 'rollback', 'keep']),
    reason: z.string(),
  }),
  z.object({
    ...common,
    type: z.literal('checks'),
    phase: Phase,
    results: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        status: z.enum(['passed', 'failed', 'warning', 'not-applicable']),
        critical: z.boolean(),
        evidence: z.string(),
        remedy: z.string().optional(),
        seen: z.json().exactOptional(),
      }),
    ),
  }),
])
export type JournalLine = z.infer<typeof JournalLine>
type WithoutOrder<Line> = Line extends unknown ? Omit<Line, 'sequence' | 'time'> : never
export type NewJournalLine = WithoutOrder<JournalLine>

/** The record of one run. An append returns only when the line is on the disk. */
export class Journal {
  readonly path: string
  readonly lines: JournalLine[]
  readonly #handle: Awaited<ReturnType<typeof open>>
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, lines: JournalLine[], handle: Awaited<ReturnType<typeof open>>) {
    this.path = path
    this.lines = lines
    this.#handle = handle
  }

  /**
   * Opens (or begins) a journal. A torn last line, left by a kill in the middle of a write, is cut off.
   * @throws MigratorError `journal-damaged` when any other line cannot be read.
   */
  static async open(path: string): Promise<Journal> {
    const handle = await open(path, 'a+', 0o600)
    const { lines, goodBytes } = parseJournal(path, await readAll(handle))
    await handle.truncate(goodBytes)
    await handle.sync()
    await syncDirectory(dirname(path))
    return new Journal(path, lines, handle)
  }

  /** Adds sequence and time (UTC), writes and syncs. */
  append(line: NewJournalLine): Promise<JournalLine> {
    const result = this.#writing.then(async () => {
      const whole = JournalLine.parse({ sequence: this.lines.length + 1, time: new Date().toISOString(), ...line })
      const { size } = await this.#handle.stat()
      try {
        await this.#handle.appendFile(`${JSON.stringify(whole)}\n`)
        await this.#handle.sync()
      } catch (error) {
        // A line half on the disk (no space left) must not stand before the next one.
        await this.#handle.truncate(size)
        throw error
      }
      this.lines.push(whole)
      return whole
    })
    this.#writing = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  /** The state named last; `planned` before the first. */
  get state(): RunState {
    return this.lines.findLast((line) => line.type === 'state')?.state ?? 'planned'
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#handle.close()
  }
}

async function readAll(handle: Awaited<ReturnType<typeof open>>): Promise<Buffer> {
  const { size } = await handle.stat()
  const bytes = Buffer.alloc(size)
  let done = 0
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, size - done, done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** Lines of a journal and how many bytes of it are whole. */
export function parseJournal(path: string, bytes: Buffer): { lines: JournalLine[]; goodBytes: number } {
  const goodBytes = bytes.lastIndexOf(0x0a) + 1
  const texts = bytes.subarray(0, goodBytes).toString().split('\n').slice(0, -1)
  const lines = texts.map((text, index) => {
    try {
      return JournalLine.parse(JSON.parse(text))
    } catch (error) {
      throw new MigratorError({
        code: 'journal-damaged',
        kind: 'attention',
        message: `The run's journal cannot be read: ${path}, line ${index + 1}.`,
        evidence: error instanceof Error ? error.message.slice(0, 300) : String(error),
        untouched: 'Nothing was changed.',
        hint: `Put the file back from a backup of the machine. To give the run up, leaving the site as it is: frappe-migrator cleanup --run ${basename(dirname(path))} --abandon`,
      })
    }
  })
  return { lines, goodBytes }
}
