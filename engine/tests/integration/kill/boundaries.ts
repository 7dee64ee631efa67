/**
 * Every moment at which a run leaves something behind, counted: journal lines, durable writes, renames, removals, started children and
 * transactions of rows. The product knows nothing of it; Node's own functions and the run's environment are wrapped from outside.
 */
import childProcess from 'node:child_process'
import { appendFileSync, readlinkSync } from 'node:fs'
import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import type { SiteDatabase } from '../../../src/database/site-database.ts'
import type { RunEnvironment } from '../../../src/execution/environment.ts'
import { Journal } from '../../../src/execution/journal.ts'

export type Moment = 'before' | 'after' | 'torn'

/** The how manieth of its label: the same in every run, however long one waited for a lock at its beginning. */
export interface Boundary {
  label: string
  number: number
}

interface Watch {
  /** Where to do the deed; nowhere when null. */
  at: Boundary | null
  /** What happens there: death, or the world changing under the run. */
  deed(): void
  /** Called for every boundary passed. */
  passed(boundary: Boundary): void
}

let place = 'begin'
const counts = new Map<string, number>()
let inJournal = false
let watch: Watch = { at: null, deed: () => undefined, passed: () => undefined }

export const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

function pass(what: string, moment: Moment): boolean {
  const label = `${place} ${what} ${moment}`
  const number = (counts.get(label) ?? 0) + 1
  counts.set(label, number)
  watch.passed({ label, number })
  return label === watch.at?.label && number === watch.at.number
}

/** Counts a deed before it and after it is done. */
export async function around<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  if (inJournal) return work()
  if (pass(what, 'before')) watch.deed()
  const result = await work()
  if (pass(what, 'after')) watch.deed()
  return result
}

/** Our own state, or what the run is about. */
const side = (path: string): string => (/\/\.migrator\/|frappe-migrator\.lock/.test(path) ? 'kept' : 'site')
const pathOf = (handle: FileHandle): string => readlinkSync(`/proc/self/fd/${handle.fd}`)

function watchJournal(): void {
  const append = Journal.prototype.append
  Journal.prototype.append = async function (this: Journal, entry) {
    const what = `journal:${entry.type}`
    if (pass(what, 'before')) watch.deed()
    if (pass(what, 'torn')) {
      appendFileSync(this.path, JSON.stringify({ sequence: this.lines.length + 1, ...entry }).slice(0, 40))
      watch.deed()
    }
    inJournal = true
    try {
      return await append.call(this, entry)
    } finally {
      inJournal = false
      if (pass(what, 'after')) watch.deed()
    }
  }
}

async function watchFiles(): Promise<void> {
  const handle = await promises.open('/dev/null', 'r')
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'sync' | 'truncate'>
  await handle.close()
  const { sync, truncate } = prototype
  prototype.sync = function (this: FileHandle) {
    return around(`sync ${side(pathOf(this))}`, () => sync.call(this))
  }
  prototype.truncate = function (this: FileHandle, length?: number) {
    return around(`truncate ${side(pathOf(this))}`, () => truncate.call(this, length))
  }
  const { rename, rm } = promises
  promises.rename = (from, to) => around(`rename ${side(String(to))}`, () => rename(from, to))
  promises.rm = (path, options) => around(`remove ${side(String(path))}`, () => rm(path, options))
  const { spawn } = childProcess
  childProcess.spawn = ((...given: Parameters<typeof spawn>) => {
    const child = spawn(...given)
    if (pass(`child:${String(given[0]).split('/').at(-1)}`, 'after')) watch.deed()
    return child
  }) as typeof spawn
  syncBuiltinESMExports()
}

function watchRows(database: SiteDatabase): SiteDatabase {
  return {
    ...database,
    openWriter: async (wait) => {
      const writer = await database.openWriter(wait)
      return {
        updateCells: (cells) => around('rows', () => writer.updateCells(cells)),
        readCells: (cells) => writer.readCells(cells),
        close: () => writer.close(),
      }
    },
  }
}

/** Begins to count. Modules loaded before follow too: their imports of Node's functions are live. */
export async function watchBoundaries(wanted: Watch): Promise<void> {
  watch = wanted
  watchJournal()
  await watchFiles()
}

/** The same environment; what passes through it is counted too. */
export function watched(environment: RunEnvironment, kinds: ReadonlyMap<string, string>): RunEnvironment {
  return {
    ...environment,
    place: (name) => {
      const found = environment.place(name)
      return { ...found, openDatabase: async () => watchRows(await found.openDatabase()) }
    },
    onEvent: (event) => {
      if (event.event === 'step')
        place = `${event.direction === 'revert' ? 'undo ' : ''}${kinds.get(event.step) ?? event.step}`
      if (event.event === 'phase') place = event.phase
      environment.onEvent(event)
    },
  }
}
