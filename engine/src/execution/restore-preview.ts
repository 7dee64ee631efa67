import { z } from 'zod'

/** What a restore shows beside its steps: what is restored, to where, and what becomes other than it was. No secrets. */
export const RestorePreview = z.object({
  backup: z.object({
    file: z.string(),
    /** As far as its file name and archives tell. */
    site: z.string().nullable(),
    taken: z.string().nullable(),
    frappe: z.string().nullable(),
    server: z.string().nullable(),
    apps: z.array(z.object({ name: z.string(), version: z.string().nullable() })),
    tables: z.number(),
    rows: z.number(),
    bytes: z.number(),
    views: z.number(),
    triggers: z.number(),
    sequences: z.number(),
    routines: z.number(),
    largest: z.array(z.object({ table: z.string(), rows: z.number(), bytes: z.number() })),
  }),
  database: z.object({
    name: z.string(),
    user: z.string(),
    hosts: z.array(z.string()),
    server: z.string(),
    /** What the administrator's account does. */
    statements: z.array(z.string()),
    /** Kept until cleanup; null where there is none. */
    replaces: z.string().nullable(),
  }),
  collations: z.array(z.object({ from: z.string(), to: z.string(), used: z.array(z.string()) })),
  /** Whose name DDL drops: the new account becomes the definer. */
  definers: z.array(z.object({ definer: z.string(), objects: z.array(z.string()) })),
  leftOut: z.array(z.object({ what: z.string(), because: z.string() })),
  files: z.array(
    z.object({
      side: z.enum(['public', 'private']),
      files: z.number(),
      bytes: z.number(),
      from: z.string().nullable(),
    }),
  ),
  keys: z.array(z.object({ key: z.string(), what: z.enum(['carried', 'kept', 'dropped']), because: z.string() })),
  encryptionKey: z.string(),
})
export type RestorePreview = z.infer<typeof RestorePreview>
