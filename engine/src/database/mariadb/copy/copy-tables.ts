import { quoteName } from '../identifiers.ts'
import type { CopiedTable, TablePart } from './copied-table.ts'
import type { CopyOptions } from './copy-database.ts'
import { Pipeline } from './pipeline.ts'

const REPORT_MILLISECONDS = 500

interface Task {
  table: CopiedTable
  part: TablePart
  index: number
  /** An earlier process may have left rows of it. */
  clear: boolean
}

/**
 * Copies the rows of all tables that are not whole, largest first, and builds their keys. Answers the bytes sent.
 * @param made resolves when the table is there
 * @throws what the first pipeline met; the others are broken off
 */
export async function copyTables(
  options: CopyOptions & { largestStatement: number },
  tables: CopiedTable[],
  made: (table: CopiedTable) => Promise<void>,
): Promise<number> {
  const { source, target, journal } = options
  const progress = new Progress(
    options.onBytes,
    tables.filter(({ name }) => !journal.isWhole(name)),
  )
  const tasks = tasksOf(options, tables)
  const open = new Map(tables.map((table) => [table, table.parts.length - journal.copied(table.name).size]))
  const rows = new Map(tables.map(({ name }) => [name, sum(journal.copied(name).values())]))
  // Every part was in when an earlier process was broken off: what is missing are keys.
  const keyless = tables.filter((table) => !journal.isWhole(table.name) && open.get(table) === 0)
  const pipelines: Pipeline[] = []

  const finish = async (pipeline: Pipeline, table: CopiedTable): Promise<void> => {
    const { addKeys } = table.definition
    if (addKeys !== null) await pipeline.execute(table.name, addKeys)
    journal.whole(table.name, rows.get(table.name) ?? 0)
  }
  const copyPart = async (pipeline: Pipeline, { table, part, index, clear }: Task): Promise<void> => {
    await made(table)
    if (clear) await pipeline.execute(table.name, `DELETE FROM ${quoteName(table.name)}${part.where}`)
    const copied = await progress.during(pipeline, part, () => pipeline.copy(table, part))
    rows.set(table.name, (rows.get(table.name) ?? 0) + copied.rows)
    if (table.parts.length > 1) await journal.part(table.name, index, copied.rows)
    const left = (open.get(table) ?? 0) - 1
    open.set(table, left)
    if (left === 0) await finish(pipeline, table)
  }
  const work = async (): Promise<void> => {
    const pipeline = await Pipeline.open(source, target, options.largestStatement)
    pipelines.push(pipeline)
    for (let table = keyless.shift(); table !== undefined; table = keyless.shift()) await finish(pipeline, table)
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      options.signal?.throwIfAborted()
      await copyPart(pipeline, task)
    }
  }
  try {
    for (const table of tables)
      if (table.parts.length > 1 && journal.cutOf(table.name) === undefined) await journal.cut(table)
    await Promise.all(Array.from({ length: options.pipelines }, work))
    await Promise.all(pipelines.map((pipeline) => pipeline.close()))
    await journal.settled()
    return progress.sent
  } finally {
    progress.end()
    for (const pipeline of pipelines) pipeline.destroy()
  }
}

function tasksOf({ journal }: CopyOptions, tables: CopiedTable[]): Task[] {
  return tables
    .filter(({ name }) => !journal.isWhole(name))
    .flatMap((table) => {
      const clear = journal.cutOf(table.name) !== undefined
      return table.parts.map((part, index) => ({ table, part, index, clear }))
    })
    .filter(({ table, index }) => !journal.copied(table.name).has(index))
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0)

/** Tells how far it is, in the estimated bytes of the parts. */
class Progress {
  sent = 0
  readonly #tell: () => void
  readonly #timer: NodeJS.Timeout
  readonly #atWork = new Map<Pipeline, number>()
  #done = 0

  constructor(onBytes: CopyOptions['onBytes'], tables: CopiedTable[]) {
    const total = sum(tables.flatMap(({ parts }) => parts.map(({ bytes }) => bytes)))
    this.#tell = () =>
      onBytes?.(
        this.#done + sum([...this.#atWork].map(([pipeline, estimated]) => Math.min(pipeline.bytes, estimated))),
        total,
      )
    this.#timer = setInterval(this.#tell, REPORT_MILLISECONDS)
  }

  async during<Result extends { bytes: number }>(
    pipeline: Pipeline,
    { bytes }: TablePart,
    copy: () => Promise<Result>,
  ): Promise<Result> {
    this.#atWork.set(pipeline, bytes)
    try {
      const result = await copy()
      this.sent += result.bytes
      this.#done += bytes
      return result
    } finally {
      this.#atWork.delete(pipeline)
    }
  }

  end(): void {
    clearInterval(this.#timer)
    this.#tell()
  }
}
