import { z } from 'zod'
import { runStates } from '../execution/journal.ts'
import { phases } from '../execution/plan.ts'

const Result = z.boolean().nullable().describe('null: not applicable')
const Time = z.string().describe('UTC, ISO 8601')
const Duration = z.string().describe('HH:MM:SS')

const CheckEntry = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['passed', 'failed', 'warning', 'not-applicable']),
  critical: z.boolean(),
  evidence: z.string(),
  remedy: z.string().exactOptional(),
})

const Run = z.object({
  id: z.string(),
  state: z.enum(runStates),
  refused: z.boolean().describe('a check before the first change said no; nothing was changed'),
  rolled_back: z.boolean(),
  bench: z.string(),
  directory: z.string().describe('journal, log, report and vault of the run'),
  plan_digest: z.string(),
  started: Time.nullable(),
  finished: Time.nullable().describe('null while it is not finished'),
  active_seconds: z.number().describe('without the pauses between a kill and its resume'),
  phase_seconds: z.record(z.string(), z.number()).describe('the durations of steps_completed, to the millisecond'),
  kept: z
    .array(z.object({ what: z.string(), left: z.string(), now: z.string() }))
    .describe('what others changed since, so that the rollback left it alone'),
})

const Database = z.object({
  values_planned: z.number(),
  values_changed: z.number(),
  values_moved: z.number().describe('changed by others between the search and the rewrite'),
  rewritten_afterwards: z.number().describe('written with the old name meanwhile, found by searching again'),
  rescan_rounds: z.number().describe('how often the database was searched again'),
  rescan_clean: z.boolean().nullable().describe('whether the last search found nothing more; null: not searched again'),
  columns: z.array(z.object({ column: z.string(), planned: z.number(), changed: z.number() })),
  restored: z
    .object({
      database: z.string(),
      tables: z.number(),
      rows: z.number(),
      kept: z.string().nullable().describe('what the site held before, until cleanup'),
    })
    .nullable()
    .describe('null: nothing was restored'),
  backup: z
    .object({ file: z.string(), bytes: z.number(), verified: z.array(z.string()), milliseconds: z.number() })
    .nullable(),
})

/** The `migration_report`: what a run did, in the shape other programs rely on; further keys may follow. */
export const MigrationReport = z.object({
  summary: z.object({
    status: z
      .enum(['success', 'partial', 'failed'])
      .describe('partial: done with doubts, or needs attention; failed: rolled back or refused'),
    duration: Duration,
    domain_changed: z.string().describe('a → b; of a run that renames nothing what it is about, in words'),
  }),
  steps_completed: z
    .array(
      z.object({
        step: z.enum(phases),
        status: z.enum(['completed', 'failed', 'interrupted', 'skipped', 'rolled_back']),
        duration: Duration,
        issues_found: z.number(),
        issues_resolved: z.number(),
      }),
    )
    .describe('the nine phases in their order'),
  configuration_changes: z.object({
    files_modified: z.array(z.string()),
    services_restarted: z.array(z.string()),
    dns_updates_required: z.array(z.string()),
  }),
  verification_results: z.object({
    site_accessible: Result,
    https_working: Result,
    database_connected: Result,
    redis_functional: Result,
  }),
  next_steps: z.array(z.string()),
  rollback_command: z.string().nullable().describe('null: nothing to take back'),
  run: Run,
  database: Database,
  transfer: z
    .object({
      source: z.string(),
      target: z.string(),
      copied: z
        .object({
          tables: z.number(),
          rows: z.number(),
          bytes: z.number(),
          files: z.number(),
          file_bytes: z.number(),
        })
        .nullable()
        .describe('null: it did not come that far'),
      caught_up: z.object({
        live_rows: z.number().describe('written while it was copied, and copied again'),
        window_rows: z.number().describe('the same while the site stood still'),
      }),
      rehearsed_seconds: z.number().nullable().describe('of a rehearsal: how long a move would stop the site'),
    })
    .exactOptional()
    .describe('of a move or a copy between two benches'),
  jobs: z
    .object({ moved: z.number(), left: z.array(z.object({ id: z.string(), why: z.string() })) })
    .nullable()
    .describe('background jobs given the new site name; null: none were looked at'),
  downtime: z.object({
    expected_seconds: z.number(),
    measured_seconds: z.number().nullable().describe('from maintenance on to maintenance off'),
    rollback_seconds: z.number().nullable().describe('the same on the way back'),
    in_maintenance_since: Time.nullable().describe('set while the site is still in maintenance'),
  }),
  recovery: z.array(
    z.object({
      time: Time,
      phase: z.enum(phases),
      step: z.string().nullable(),
      message: z.string(),
      failure_class: z.enum(['configuration', 'service', 'dependency', 'permission', 'unknown']),
      choice: z.enum(['retry', 'ask', 'rollback', 'keep']),
      reason: z.string(),
    }),
  ),
  checks: z.array(CheckEntry).describe('the proof after the change; where it was never reached, the checks before'),
  checks_before: z.array(CheckEntry),
  outside: z.array(z.object({ system: z.string(), action: z.string(), because: z.string() })),
})
export type MigrationReport = z.infer<typeof MigrationReport>
