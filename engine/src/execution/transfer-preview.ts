import { z } from 'zod'

const Side = z.object({
  /** `this machine`, or as OpenSSH is asked for it. */
  server: z.string(),
  bench: z.string(),
  site: z.string(),
  frappe: z.string().nullable(),
  apps: z.array(z.object({ name: z.string(), version: z.string().nullable(), commit: z.string().nullable() })),
  database: z.string(),
})

const DiskNeed = z.object({
  where: z.string(),
  needed: z.number(),
  /** null: it cannot be seen from here. */
  free: z.number().nullable(),
  formula: z.string(),
})

/** What a transfer shows beside its steps: both sides, what is copied, and what becomes other than it was. No secrets. */
export const TransferPreview = z.object({
  source: Side,
  target: Side,
  copied: z.object({
    tables: z.number(),
    rows: z.number().describe("the server's own estimate"),
    bytes: z.number(),
    views: z.number(),
    triggers: z.number(),
    sequences: z.number(),
    routines: z.number(),
    largest: z.array(z.object({ table: z.string(), rows: z.number(), bytes: z.number() })),
    /** Copied whole while the site stands still. */
    withoutKey: z.array(z.object({ table: z.string(), rows: z.number(), bytes: z.number() })),
  }),
  /** How writes are followed while the site is live, and what keeps them off in the end. */
  capture: z.string(),
  fence: z.string().nullable(),
  database: z.object({
    name: z.string(),
    user: z.string(),
    hosts: z.array(z.string()),
    /** What the administrators' accounts do. */
    statements: z.array(z.string()),
    sourceStatements: z.array(z.string()),
  }),
  collations: z.array(z.object({ from: z.string(), to: z.string(), used: z.array(z.string()) })),
  files: z.array(z.object({ side: z.enum(['public', 'private']), files: z.number(), bytes: z.number() })),
  leftOut: z.array(z.object({ what: z.string(), because: z.string() })),
  keys: z.array(z.object({ key: z.string(), what: z.enum(['carried', 'adapted', 'dropped']), because: z.string() })),
  encryptionKey: z.string(),
  migrate: z.string().nullable(),
  /** What the site at the target does not do until it is live; `kept`: and does not do afterwards either. */
  quarantine: z.object({ what: z.array(z.string()), kept: z.boolean() }),
  disk: z.array(DiskNeed),
})
export type TransferPreview = z.infer<typeof TransferPreview>
