import { z } from 'zod'
import type { CopiedTable, TablePart } from './copied-table.ts'

/** What a copy writes down, so that one that was broken off goes on. */
export const CopyRecord = z.discriminatedUnion('event', [
  /** A table in more than one part, before its first. */
  z.object({
    event: z.literal('cut'),
    table: z.string(),
    parts: z.array(z.object({ where: z.string(), bytes: z.number() })),
  }),
  z.object({ event: z.literal('part'), table: z.string(), part: z.number(), rows: z.number() }),
  z.object({ event: z.literal('tables'), tables: z.array(z.object({ table: z.string(), rows: z.number() })) }),
])
export type CopyRecord = z.infer<typeof CopyRecord>

/** What has been copied, as earlier processes and this one have written it down. */
export class CopyJournal {
  readonly #write: (record: CopyRecord) => Promise<void>
  readonly #whole = new Map<string, number>()
  readonly #cuts = new Map<string, { parts: TablePart[]; copied: Map<number, number> }>()
  /** Whole tables not yet written down. */
  #unwritten: { table: string; rows: number }[] = []
  #writing: Promise<void> | null = null

  constructor(write: (record: CopyRecord) => Promise<void>, earlier: CopyRecord[]) {
    this.#write = write
    for (const record of earlier) this.#note(record)
  }

  /** Tables of which something counts: all others are made anew. */
  get kept(): Set<string> {
    return new Set([...this.#whole.keys(), ...this.#cuts.keys()])
  }

  cutOf(table: string): TablePart[] | undefined {
    return this.#cuts.get(table)?.parts
  }

  isWhole = (table: string): boolean => this.#whole.has(table)

  /** Parts of a table that are in; empty where it was not begun. */
  copied(table: string): ReadonlyMap<number, number> {
    return this.#cuts.get(table)?.copied ?? new Map()
  }

  tables(): { table: string; rows: number }[] {
    return [...this.#whole].map(([table, rows]) => ({ table, rows }))
  }

  /** Durable when it resolves. */
  async cut({ name, parts }: CopiedTable): Promise<void> {
    await this.#record({ event: 'cut', table: name, parts })
  }

  /** Durable when it resolves. */
  async part(table: string, part: number, rows: number): Promise<void> {
    await this.#record({ event: 'part', table, part, rows })
  }

  /** Durable when `settled` resolves: small tables are written down several at once. */
  whole(table: string, rows: number): void {
    this.#whole.set(table, rows)
    this.#unwritten.push({ table, rows })
    this.#writing ??= this.#writeTables()
    // Met by settled.
    this.#writing.catch(() => undefined)
  }

  async settled(): Promise<void> {
    await this.#writing
  }

  async #writeTables(): Promise<void> {
    while (this.#unwritten.length > 0) {
      const tables = this.#unwritten
      this.#unwritten = []
      await this.#write({ event: 'tables', tables })
    }
    this.#writing = null
  }

  async #record(record: CopyRecord): Promise<void> {
    await this.#write(record)
    this.#note(record)
  }

  #note(record: CopyRecord): void {
    if (record.event === 'cut') this.#cuts.set(record.table, { parts: record.parts, copied: new Map() })
    else if (record.event === 'part') this.#cuts.get(record.table)?.copied.set(record.part, record.rows)
    else for (const { table, rows } of record.tables) this.#whole.set(table, rows)
  }
}
