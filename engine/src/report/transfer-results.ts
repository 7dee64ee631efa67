import { z } from 'zod'
import type { JournalLine } from '../execution/journal.ts'
import type { Plan } from '../execution/plan.ts'
import { bytesText, counted, durationText } from './amounts.ts'
import type { MigrationReport } from './migration-report.ts'

type TransferResult = NonNullable<MigrationReport['transfer']>

// What the steps leave in `done` lines; what a step did not tell is taken from the plan.
const Copied = z.object({ tables: z.number(), rows: z.number(), bytes: z.number() }).partial()
const Files = z.object({ files: z.number(), bytes: z.number() }).partial()
const Changes = z.object({ rows: z.number() }).partial()

type Done = Extract<JournalLine, { type: 'done' }>

/** Steps that a move does while its visitors wait: what a rehearsal measures of them is what a move will take. */
const WINDOW = new Set(['stop_services', 'update_configurations', 'resolve_dependencies', 'start_services'])
/** Maintenance, fence, nginx and opening: what a rehearsal leaves out. */
const LEFT_OUT_SECONDS = 6
/** Frappe 16 goes by a configuration it read up to a minute ago (frappe/config.py). */
const CACHED_SECONDS = 60

/** What a transfer moved, what it caught up, and what a rehearsal foretells; undefined for any other run. */
export function transferResult(plan: Plan, lines: JournalLine[]): TransferResult | undefined {
  const { transfer } = plan.preview
  if (transfer === undefined) return undefined
  const done = (kind: string, pass?: 'live' | 'last') =>
    plan.steps
      .filter((step) => step.kind === kind && (pass === undefined || step.id.endsWith('-last') === (pass === 'last')))
      .flatMap(({ id }) => lines.findLast((line): line is Done => line.type === 'done' && line.step === id) ?? [])
  const copied = Copied.safeParse(done('copy-database')[0]?.after).data ?? {}
  const files = done('copy-files', 'live').flatMap(({ after }) => Files.safeParse(after).data ?? [])
  const caughtUp = (pass: 'live' | 'last') =>
    sum(done('copy-changes', pass).map(({ after }) => Changes.safeParse(after).data?.rows ?? 0))
  const planned = {
    files: sum(transfer.files.map((one) => one.files)),
    bytes: sum(transfer.files.map((one) => one.bytes)),
  }
  const isCopied = done('copy-database').length > 0
  return {
    source: placeText(transfer.source),
    target: placeText(transfer.target),
    copied: isCopied
      ? {
          tables: copied.tables ?? transfer.copied.tables,
          rows: copied.rows ?? transfer.copied.rows,
          bytes: copied.bytes ?? transfer.copied.bytes,
          files: files.length ? sum(files.map((one) => one.files ?? 0)) : planned.files,
          file_bytes: files.length ? sum(files.map((one) => one.bytes ?? 0)) : planned.bytes,
        }
      : null,
    caught_up: { live_rows: caughtUp('live'), window_rows: caughtUp('last') },
    rehearsed_seconds: plan.rehearsal && done('copy-changes', 'last').length > 0 ? rehearsed(plan, lines) : null,
  }
}

const placeText = ({ server, bench, site }: { server: string; bench: string; site: string }): string =>
  `${server}, ${bench}/sites/${site}`

function rehearsed(plan: Plan, lines: JournalLine[]): number {
  const ids = new Set(plan.steps.filter((step) => WINDOW.has(step.phase)).map(({ id }) => id))
  const measured = sum(lines.flatMap((line) => (line.type === 'done' && ids.has(line.step) ? [line.milliseconds] : [])))
  const cached = Number.parseInt(plan.preview.transfer?.source.frappe ?? '0', 10) >= 16 ? CACHED_SECONDS : 0
  return Math.ceil(measured / 1000) + LEFT_OUT_SECONDS + cached
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

/** One or two lines of the report. */
export function transferText(transfer: TransferResult | undefined): string | null {
  if (transfer === undefined || transfer.copied === null) return null
  const { copied, caught_up: caught, rehearsed_seconds: seconds } = transfer
  const parts = [
    `${counted(copied.tables, 'table')}, ${counted(copied.rows, 'row')}, ${bytesText(copied.bytes)}`,
    `${counted(copied.files, 'file')}, ${bytesText(copied.file_bytes)}`,
    `${counted(caught.live_rows, 'row')} caught up while live, ${caught.window_rows} while it stood still`,
    ...(seconds === null ? [] : [`a move would stop the site for about ${durationText(seconds * 1000)}`]),
  ]
  return parts.join('; ')
}
