import { z } from 'zod'
import { Finding } from '../bench/finding.ts'
import { PlaceName } from '../bench/place.ts'
import { RestorePreview } from './restore-preview.ts'
import { TransferPreview } from './transfer-preview.ts'

/** The nine steps a user sees, in the order they run. */
export const phases = [
  'pre_migration_checks',
  'backup_current_state',
  'stop_services',
  'update_configurations',
  'domain_changes',
  'resolve_dependencies',
  'start_services',
  'verify_migration',
  'cleanup',
] as const
export const Phase = z.enum(phases)
export type Phase = z.infer<typeof Phase>

export const PlanStep = z.object({
  /** Unique in the plan, speaking: `move-site-directory`. */
  id: z.string(),
  phase: Phase,
  kind: z.string(),
  params: z.json(),
  describe: z.string(),
  undo: z.enum(['exact', 'regenerate', 'none']),
  /** Of a transfer: where it is done. Absent: on the plan's own bench, which is the target. */
  place: PlaceName.exactOptional(),
})
export type PlanStep = z.infer<typeof PlanStep>

/** A question asked in one of the phases: before (baseline or blocking) or after. */
export const PlanCheck = z.object({
  id: z.string(),
  phase: Phase,
  params: z.json(),
  /** As of a step. */
  place: PlaceName.exactOptional(),
})
export type PlanCheck = z.infer<typeof PlanCheck>

/** A fact the plan rests on. `--plan-file` compares these with a fresh survey, item by item. */
export const BindingFact = z.object({
  /** `sites/old.cloud/site_config.json: host_name` */
  item: z.string(),
  /** Readable where it is no secret, else a digest; of a whole (a table) each of its parts by name. */
  value: z.union([z.string(), z.record(z.string(), z.string())]),
})
export type BindingFact = z.infer<typeof BindingFact>

export const ConfigurationChange = z.object({
  file: z.string(),
  what: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})

export const ColumnPreview = z.object({
  table: z.string(),
  column: z.string(),
  /** DocType and field of a Single. */
  field: z.string().nullable(),
  values: z.number(),
  places: z.number(),
  code: z.boolean(),
  reason: z.string(),
  samples: z.array(z.object({ row: z.string(), before: z.string(), after: z.string() })),
})
export type ColumnPreview = z.infer<typeof ColumnPreview>

/** The site before and after the run; all the same where only its content changes, or where it is made anew. Of a repair that is no site's: the file or service it is about. */
export const SitePlace = z.object({
  oldName: z.string(),
  newName: z.string(),
  /** Both under <bench>/sites; equal when the directory stays. */
  oldDirectory: z.string(),
  newDirectory: z.string(),
  /** The run makes it: before, there is no such site. */
  isNew: z.literal(true).exactOptional(),
})

export type SitePlace = z.infer<typeof SitePlace>

/** A bench of a transfer, and the site on it. */
export const PlannedPlace = z.object({
  /** `local`: the machine that runs the command; else `[user@]host[:port]`, as OpenSSH is asked for it. */
  server: z.string(),
  benchPath: z.string(),
  /** The site's directory under <bench>/sites. */
  directory: z.string(),
})
export type PlannedPlace = z.infer<typeof PlannedPlace>

/** Ordered changes and the facts they rest on. What is shown is what runs. */
export const Plan = z.object({
  format: z.literal(1),
  command: z.enum(['rename-domain', 'restore-site', 'fix-config', 'transfer-server', 'clone-site', 'cleanup']),
  createdAt: z.string(),
  /** Of a transfer, like `site`: the target's. */
  benchPath: z.string(),
  site: SitePlace,
  /** The two benches of a transfer. */
  places: z.object({ source: PlannedPlace, target: PlannedPlace }).exactOptional(),
  /** Done in order to be measured: after its last step the run is taken back by itself. */
  rehearsal: z.literal(true).exactOptional(),
  request: z.json(),
  binding: z.array(BindingFact),
  steps: z.array(PlanStep),
  checks: z.array(PlanCheck),
  preview: z.object({
    configuration: z.array(ConfigurationChange),
    restore: RestorePreview.exactOptional(),
    transfer: TransferPreview.exactOptional(),
    services: z.array(z.string()),
    rewrite: z.array(ColumnPreview),
    /** Off by default, with the switch that turns it on. */
    offered: z.array(
      z.object({ what: z.string(), values: z.number(), switch: z.string(), samples: z.array(z.string()) }),
    ),
    skipped: z.array(
      z.object({
        what: z.string(),
        values: z.number().nullable(),
        reason: z.string(),
        /** Of what is never rewritten on any site: told as one line for all tables of a kind, unless details are wanted. */
        never: z.object({ kind: z.string(), tables: z.array(z.string()) }).exactOptional(),
      }),
    ),
    outside: z.array(z.object({ system: z.string(), action: z.string(), because: z.string() })),
    manual: z.array(z.string()),
    downtimeSeconds: z.number(),
    downtimeBasis: z.string(),
    diskBytesNeeded: z.number(),
    diskBytesFree: z.number(),
    diskFormula: z.string(),
  }),
  findings: z.array(Finding),
})
export type Plan = z.infer<typeof Plan>

/** The preview of a plan that shows its steps and nothing more. */
export const emptyPreview = (): Plan['preview'] => ({
  ...{ configuration: [], services: [], rewrite: [], offered: [], skipped: [], outside: [], manual: [] },
  ...{ downtimeSeconds: 0, downtimeBasis: '', diskBytesNeeded: 0, diskBytesFree: 0, diskFormula: '' },
})
