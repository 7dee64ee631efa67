import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { CheckResult } from '../checks/check.ts'
import type { DatabaseDigest } from '../database/site-database.ts'
import type { RunEnvironment } from './environment.ts'
import type { RunSummary } from './run-directory.ts'

const Recorded = z.object({
  schemaSha256: z.string(),
  tables: z.array(z.object({ table: z.string(), rows: z.number(), sha256: z.string() })),
})
type Recorded = z.infer<typeof Recorded>

/** Kinds that record what every table holds. */
const RECORDING = new Set(['record-digest', 'import-dump'])

const TITLE = 'Tables are as the run left them (deep)'

/** Reads every table now and compares it with what the run recorded at its end. A restore recorded that, and a rename with `--deep`. */
export async function verifyDeep(environment: RunEnvironment, run: RunSummary | null): Promise<CheckResult> {
  const recorded = run === null ? null : recordedAfter(run)
  const result =
    recorded === null
      ? answer('not-applicable', 'needs a restore, or a rename with --deep: only these record what the tables held')
      : compare(recorded, await digestNow(environment))
  environment.onEvent({ event: 'check', title: result.title, status: result.status, evidence: result.evidence })
  return result
}

function recordedAfter({ plan, lines }: RunSummary): Recorded | null {
  const recording = plan.steps.filter(({ kind }) => RECORDING.has(kind)).map(({ id }) => id)
  const done = lines.findLast((line) => line.type === 'done' && recording.includes(line.step))
  const parsed = Recorded.safeParse(done?.type === 'done' ? done.after : null)
  return parsed.success ? parsed.data : null
}

async function digestNow(environment: RunEnvironment): Promise<DatabaseDigest> {
  const database = await environment.place().openDatabase()
  try {
    const started = performance.now()
    const step = 'digest-now'
    const describe = 'Read every table (about as long as a backup; the site stays live)'
    environment.onEvent({ event: 'step', step, describe, direction: 'apply' })
    const digest = await database.digest({ parallel: availableParallelism() })
    const milliseconds = Math.round(performance.now() - started)
    environment.onEvent({ event: 'step-done', step, milliseconds, direction: 'apply' })
    return digest
  } finally {
    await database.close()
  }
}

/** A live site goes on writing, so a difference is something to look at and no failure. */
export function compare(recorded: Recorded, now: Recorded): CheckResult {
  const present = new Map(now.tables.map((table) => [table.table, table]))
  const known = new Set(recorded.tables.map(({ table }) => table))
  const differing = recorded.tables.flatMap(({ table, rows, sha256 }) => {
    const other = present.get(table)
    if (!other) return [`${table} (gone)`]
    if (other.sha256 === sha256) return []
    const change = other.rows - rows
    return [`${table} (${change === 0 ? 'values' : `${change > 0 ? '+' : ''}${change} rows`})`]
  })
  const added = now.tables.flatMap(({ table }) => (known.has(table) ? [] : [`${table} (new)`]))
  const different = [...differing, ...added, ...(recorded.schemaSha256 === now.schemaSha256 ? [] : ['the schema'])]
  const compared = `${recorded.tables.length} tables read now`
  if (different.length === 0) return answer('passed', `${compared}, all as the run left them`)
  const shown = different.slice(0, 8).join(', ')
  return {
    ...answer('warning', `${compared}, different since: ${shown}${different.length > 8 ? ', …' : ''}`),
    remedy: 'A live site writes sessions, logs and documents all the time; look at tables where you expect no work.',
  }
}

const answer = (status: CheckResult['status'], evidence: string): CheckResult => ({
  ...{ id: 'deep-digest', title: TITLE, status, critical: false, evidence },
})
