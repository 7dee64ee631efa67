import { join } from 'node:path'
import { z } from 'zod'
import type { JournalLine } from '../execution/journal.ts'
import type { Plan } from '../execution/plan.ts'
import { runDirectory } from '../execution/run-directory.ts'
import { homeOf } from '../execution/run-home.ts'
import { MAINTENANCE } from './journal-times.ts'
import type { MigrationReport } from './migration-report.ts'

// What changes leave in `done` lines; journals of earlier versions may lack what came later.
const Rewritten = z.object({
  changed: z.number(),
  moved: z.number(),
  columns: z.record(z.string(), z.number()).default({}),
  files: z.array(z.unknown()).default([]),
  clean: z.boolean().default(true),
})
const Backup = z.object({
  file: z.string(),
  bytes: z.number(),
  verified: z.array(z.string()),
  milliseconds: z.number(),
})
const Jobs = z.object({ moved: z.number(), left: z.array(z.object({ id: z.string(), why: z.string() })) })
const Place = z.object({ path: z.string() })
const Files = z.object({ files: z.array(Place) })
const Move = z.object({ from: z.string(), to: z.string() })
const Mode = z.object({ mode: z.enum(['captured', 'rescan']) })

type Step = Plan['steps'][number]
type Done = Extract<JournalLine, { type: 'done' }>

const doneLine = (lines: JournalLine[], step: string): Done | undefined =>
  lines.findLast((line): line is Done => line.type === 'done' && line.step === step)

/** Done and not taken back since. */
function stands(lines: JournalLine[], step: Step): boolean {
  const last = lines.findLast((line) => (line.type === 'done' || line.type === 'reverted') && line.step === step.id)
  return last?.type === 'done'
}

export function databaseResults(plan: Plan, lines: JournalLine[], runId: string): MigrationReport['database'] {
  const rewrites = plan.steps.filter((step) => step.kind === 'rewrite-database')
  const of = (mode: 'captured' | 'rescan') =>
    rewrites
      .filter((step) => Mode.safeParse(step.params).data?.mode === mode)
      .flatMap((step) => Rewritten.safeParse(doneLine(lines, step.id)?.after).data ?? [])
  const first = of('captured')
  const again = of('rescan')
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
  return {
    values_planned: sum(plan.preview.rewrite.map((column) => column.values)),
    values_changed: sum(first.map((one) => one.changed)),
    values_moved: sum([...first, ...again].map((one) => one.moved)),
    rewritten_afterwards: sum(again.map((one) => one.changed)),
    rescan_rounds: again.length ? sum(again.map((one) => one.files.length + (one.clean ? 1 : 0))) : 0,
    rescan_clean: again.length ? again.every((one) => one.clean) : null,
    columns: columnResults(plan, [...first, ...again]),
    restored: restoreResult(plan, lines),
    backup: backupResult(plan, lines, runId),
  }
}

const Warned = z.object({ warning: z.string() })

/** What a step could not do though the run went on: something to be done by hand. */
export function stepWarnings(plan: Plan, lines: JournalLine[]): string[] {
  return plan.steps.flatMap((step) => {
    const { data } = Warned.safeParse(doneLine(lines, step.id)?.after)
    return data && stands(lines, step) ? [`${step.describe}: ${data.warning}`] : []
  })
}

function columnResults(plan: Plan, rewritten: z.infer<typeof Rewritten>[]): MigrationReport['database']['columns'] {
  const planned = new Map(
    plan.preview.rewrite.map((column) => [column.field ?? `${column.table}.${column.column}`, column.values]),
  )
  const changed = new Map<string, number>()
  for (const { columns } of rewritten)
    for (const [column, values] of Object.entries(columns)) changed.set(column, (changed.get(column) ?? 0) + values)
  return [...new Set([...planned.keys(), ...changed.keys()])].map((column) => ({
    column,
    planned: planned.get(column) ?? 0,
    changed: changed.get(column) ?? 0,
  }))
}

function restoreResult(plan: Plan, lines: JournalLine[]): MigrationReport['database']['restored'] {
  const { restore } = plan.preview
  const step = plan.steps.find((one) => one.kind === 'import-dump')
  if (!restore || !step || !stands(lines, step)) return null
  // What was counted after loading was compared with these before the switch.
  const { tables, rows } = restore.backup
  const { name: database, replaces: kept } = restore.database
  return { database, tables, rows, kept }
}

function backupResult(plan: Plan, lines: JournalLine[], runId: string): MigrationReport['database']['backup'] {
  const step = plan.steps.find((one) => one.kind === 'safety-backup')
  const found = Backup.safeParse(step && doneLine(lines, step.id)?.after).data
  return found ? { ...found, file: join(runDirectory(homeOf(plan), runId).vault, found.file) } : null
}

/** What was moved before the directory, and what came in until nginx knew the new name. */
export function jobResults(plan: Plan, lines: JournalLine[]): MigrationReport['jobs'] {
  const moves = plan.steps.flatMap((step) =>
    step.kind === 'move-jobs' && stands(lines, step)
      ? (Jobs.safeParse(doneLine(lines, step.id)?.after).data ?? [])
      : [],
  )
  if (moves.length === 0) return null
  return { moved: moves.reduce((sum, { moved }) => sum + moved, 0), left: moves.flatMap(({ left }) => left) }
}

/** Kinds of change whose parameters name the one file or directory they are about. */
/** Kinds that edit files of nginx and have it load them. */
const NGINX = new Set(['proxy-config', 'serve-site', 'forward-site'])
const WHOLE_PATH = new Set([
  'edit-json',
  'edit-text',
  'mend-json',
  'write-file',
  'set-link',
  'add-directory',
  'set-aside',
])
const Service = z.object({ name: z.string(), action: z.string() })

/** Files that now differ because of the run, by the path they have now. */
export function filesModified(plan: Plan, lines: JournalLine[]): string[] {
  const standing = plan.steps.filter((step) => stands(lines, step))
  const { on, off } = MAINTENANCE
  // Set and put back as it was: no difference.
  const bothFlags = [on, off].every((id) => standing.some((step) => step.id === id))
  const moves = standing.flatMap((step) =>
    step.kind === 'move-directory' ? (Move.safeParse(step.params).data ?? []) : [],
  )
  const asNow = (path: string): string => {
    const move = moves.find(({ from }) => path.startsWith(`${from}/`))
    return move ? `${move.to}${path.slice(move.from.length)}` : path
  }
  const files = standing.flatMap((step) => {
    if (bothFlags && (step.id === on || step.id === off)) return []
    if (step.kind === 'user-crontab') return ["crontab of the bench's owner"]
    if (NGINX.has(step.kind)) return (Files.safeParse(step.params).data?.files ?? []).map(({ path }) => path)
    if (step.kind === 'move-directory') return [Move.safeParse(step.params).data?.to ?? []].flat()
    if (step.kind === 'set-access') return (Files.safeParse(step.params).data?.files ?? []).map(({ path }) => path)
    if (WHOLE_PATH.has(step.kind)) return [Place.safeParse(step.params).data?.path ?? []].flat()
    return []
  })
  return [...new Set(files.map(asNow))]
}

/** Services that were restarted or told to load their files anew; one that does not run was not. */
export function servicesRestarted(plan: Plan, lines: JournalLine[]): string[] {
  const reloaded = plan.steps.some(
    (step) =>
      NGINX.has(step.kind) &&
      stands(lines, step) &&
      lines.some((line) => line.type === 'progress' && line.step === step.id && line.record['event'] === 'reload'),
  )
  const named = plan.steps.flatMap((step) => {
    if (!stands(lines, step)) return []
    if (step.kind === 'start-redis') return ['Redis (started)']
    const found = step.kind === 'service' ? Service.safeParse(step.params).data : undefined
    return found === undefined ? [] : [`${found.name} (${found.action})`]
  })
  return [...(reloaded ? ['nginx (reloaded)'] : []), ...named]
}
