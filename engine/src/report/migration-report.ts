import { z } from 'zod'
import { phases } from '../execution/plan.ts'

const Result = z.boolean().nullable().describe('null: not applicable')

/** The `migration_report`: what a run did, in the shape other programs rely on; further keys may follow. */
export const MigrationReport = z.object({
  summary: z.object({
    status: z.enum(['success', 'partial', 'failed']),
    duration: z.string().describe('HH:MM:SS'),
    domain_changed: z.string().describe('a → b'),
  }),
  steps_completed: z.array(
    z.object({
      step: z.enum(phases),
      status: z.enum(['completed', 'failed', 'skipped', 'rolled_back']),
      duration: z.string().describe('HH:MM:SS'),
      issues_found: z.number(),
      issues_resolved: z.number(),
    }),
  ),
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
  run: z.object({
    id: z.string(),
    state: z.string(),
    bench: z.string(),
    plan_digest: z.string(),
    started: z.string().nullable().describe('UTC'),
    finished: z.string().nullable().describe('UTC'),
    rolled_back: z.boolean(),
    kept: z.array(z.object({ what: z.string(), left: z.string(), now: z.string() })),
  }),
  database: z.object({
    values_planned: z.number(),
    values_changed: z.number(),
    values_moved: z.number().describe('changed by others between the search and the rewrite'),
    rewritten_afterwards: z.number(),
    backup: z
      .object({ file: z.string(), bytes: z.number(), verified: z.array(z.string()), milliseconds: z.number() })
      .nullable(),
  }),
  downtime: z.object({ expected_seconds: z.number(), measured_seconds: z.number().nullable() }),
  recovery: z.array(
    z.object({
      step: z.string().nullable(),
      message: z.string(),
      failure_class: z.string(),
      choice: z.string(),
      reason: z.string(),
    }),
  ),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.string(),
      evidence: z.string(),
      remedy: z.string().exactOptional(),
    }),
  ),
  outside: z.array(z.object({ system: z.string(), action: z.string(), because: z.string() })),
})
export type MigrationReport = z.infer<typeof MigrationReport>
