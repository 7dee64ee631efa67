import { access, constants, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { syncDirectory, systemCode, writeFileAtomic } from '../host/local/files.ts'
import { localHost } from '../host/local/index.ts'
import { Journal, type JournalLine, parseJournal, type RunState } from './journal.ts'
import { stateUnwritable } from './lock-errors.ts'
import { Plan } from './plan.ts'
import type { RunHome } from './run-home.ts'

/** Room kept free inside the run so that a full disk cannot keep us from journalling the way back. */
const RESERVE_BYTES = 4 * 1024 * 1024

/** Paths of one run: `<home>/runs/<id>/`. */
export interface RunDirectory {
  home: RunHome
  id: string
  path: string
  plan: string
  journal: string
  vault: string
  report: string
  page: string
  log: string
  reserve: string
}

export function runDirectory(home: RunHome, id: string): RunDirectory {
  const path = join(home.path, 'runs', id)
  return {
    home,
    id,
    path,
    plan: join(path, 'plan.json'),
    journal: join(path, 'journal.jsonl'),
    vault: join(path, 'vault'),
    report: join(path, 'report.json'),
    page: join(path, 'report.html'),
    log: join(path, 'run.log'),
    reserve: join(path, 'reserve'),
  }
}

/** Sortable by time, unique on a machine: `20261122-231500-042-rename-3f9a`. */
export function newRunId(now: Date, what: string, random: string): string {
  const stamp = now.toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '-')
  return `${stamp}-${what}-${random.slice(0, 4)}`
}

/**
 * Makes the home with its folder of runs, or finds that this user may write there.
 * @throws MigratorError `state-unwritable`
 */
async function makeHome({ path }: RunHome): Promise<string> {
  const runs = join(path, 'runs')
  const made = await mkdir(runs, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw stateUnwritable(path, error)
  })
  for (const place of [path, runs])
    await access(place, constants.W_OK).catch((error: unknown) => {
      throw stateUnwritable(place, error)
    })
  if (made !== undefined) for (const parent of [path, dirname(path)]) await syncDirectory(parent)
  return runs
}

/** Ends the name of a run's directory that is not whole yet. */
const UNFINISHED = '.new'

/**
 * Makes the run's directory with its vault and writes the plan, all 0700/0600. It appears under its name only when it is whole. Called
 * under the home's lock: what another process left unfinished is nobody's, and goes.
 */
export async function makeRunDirectory(home: RunHome, id: string, plan: Plan): Promise<RunDirectory> {
  const runs = await makeHome(home)
  for (const name of await readdir(runs))
    if (name.endsWith(UNFINISHED)) await rm(join(runs, name), { recursive: true, force: true })
  const beside = runDirectory(home, `${id}${UNFINISHED}`)
  await mkdir(beside.path, { mode: 0o700 })
  await mkdir(beside.vault, { mode: 0o700 })
  await writeFile(beside.reserve, Buffer.alloc(RESERVE_BYTES, 0x2e), { mode: 0o600, flush: true })
  await writeFileAtomic(beside.plan, `${JSON.stringify(plan, null, 1)}\n`, 0o600)
  await syncDirectory(beside.path)
  const run = runDirectory(home, id)
  await rename(beside.path, run.path)
  await syncDirectory(runs)
  return run
}

/** Gives the kept room back, once, when the disk is full. True when there was some to give. */
export async function releaseReserve(run: RunDirectory): Promise<boolean> {
  const there = await stat(run.reserve).catch(() => null)
  await rm(run.reserve, { force: true })
  return there !== null
}

export interface RunSummary {
  run: RunDirectory
  state: RunState
  plan: Plan
  lines: JournalLine[]
}

/**
 * Reads a run without opening it for writing.
 * @throws MigratorError `run-not-found`, `journal-damaged`, `plan-damaged`.
 */
export async function readRun(home: RunHome, id: string, host: Host = localHost()): Promise<RunSummary> {
  const run = runDirectory(home, id)
  let planText: string
  try {
    planText = (await host.readFile(run.plan)).toString()
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw unreadable(run, 'plan', run.plan, cause)
    throw new MigratorError({
      code: 'run-not-found',
      kind: 'usage',
      message: `There is no run ${id} in ${home.path}.`,
      untouched: 'Nothing was changed.',
      hint: 'List the runs with: frappe-migrator rollback --list',
      cause,
    })
  }
  const plan = parsePlan(run, planText)
  const bytes = await host.readFile(run.journal).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw unreadable(run, 'journal', run.journal, error)
  })
  const { lines } = parseJournal(run.journal, bytes)
  const state = lines.findLast((line) => line.type === 'state')?.state ?? 'planned'
  return { run, state, plan, lines }
}

const unreadable = (run: RunDirectory, what: 'plan' | 'journal', path: string, cause: unknown): MigratorError =>
  new MigratorError({
    code: `${what}-damaged`,
    kind: 'attention',
    message: `The ${what} of run ${run.id} cannot be read: ${path}.`,
    evidence: cause instanceof Error ? cause.message : String(cause),
    untouched: 'Nothing was changed.',
    hint: "Give the file to the bench's owner, or put it back from a backup of the machine.",
    cause,
  })

function parsePlan(run: RunDirectory, text: string): Plan {
  const damaged = (evidence: string) =>
    new MigratorError({
      code: 'plan-damaged',
      kind: 'attention',
      message: `The plan of run ${run.id} cannot be read: ${run.plan}.`,
      evidence,
      untouched: 'Nothing was changed.',
      hint: `Put the file back from a backup of the machine. To give the run up, leaving the site as it is: frappe-migrator cleanup --run ${run.id} --abandon`,
    })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error))
  }
  const parsed = Plan.safeParse(value)
  if (parsed.success) return parsed.data
  throw damaged(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
}

/** Ids of all runs of a home, oldest first. */
export async function listRuns(home: RunHome, host: Host = localHost()): Promise<string[]> {
  try {
    const names = await host.list(join(home.path, 'runs'))
    const withPlan = await Promise.all(
      names
        .filter((name) => !name.endsWith(UNFINISHED))
        .sort()
        .map(async (name) => ((await host.status(runDirectory(home, name).plan).catch(() => null)) ? name : null)),
    )
    return withPlan.filter((name) => name !== null)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error
    throw new MigratorError({
      code: 'state-unreadable',
      kind: 'refused',
      message: `The record of earlier runs cannot be read: ${home.path}.`,
      evidence: error.message,
      untouched: 'Nothing was changed.',
      hint: "It must be a directory of the bench's owner; what else has this name, move away.",
      failureClass: 'configuration',
      cause: error,
    })
  }
}

export const openJournal = (run: RunDirectory): Promise<Journal> => Journal.open(run.journal)
