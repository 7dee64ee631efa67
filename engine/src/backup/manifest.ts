import { createHash } from 'node:crypto'
import { z } from 'zod'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * What a snapshot says of itself, so that whatever comes of it can be proven equal, days later and elsewhere. It lies beside the snapshot, as
 * `manifest.json`, and holds no secret.
 */
export const Manifest = z.object({
  version: z.literal(1),
  site: z.string(),
  /** All names the site is known by. */
  names: z.array(z.string()),
  /** When it was taken, ISO 8601 in UTC. */
  takenAt: z.iso.datetime(),
  /** `frappe-migrator 0.1.0`. */
  writer: z.string(),
  apps: z.array(
    z.object({
      name: z.string(),
      version: z.string().nullable(),
      branch: z.string().nullable(),
      /** Of its checkout; null where it is none. */
      commit: z.string().nullable(),
    }),
  ),
  database: z.object({
    kind: z.enum(['mariadb', 'sqlite']),
    name: z.string(),
    serverVersion: z.string().nullable(),
    /** The snapshot's file beside the manifest; null when the manifest describes a live database. */
    file: z.object({ name: z.string(), bytes: z.number().int().nonnegative(), sha256: Sha256 }).nullable(),
    tables: z.array(
      z.object({
        name: z.string(),
        rows: z.number().int().nonnegative(),
        /** Digest over the canonical serialization of its rows; null when only counted. */
        checksum: z.string().nullable(),
        autoIncrement: z.number().nullable(),
      }),
    ),
    views: z.array(z.string()),
    triggers: z.array(z.string()),
    routines: z.array(z.string()),
    /** A sequence's next value. */
    sequences: z.array(z.object({ name: z.string(), next: z.string() })),
  }),
  files: z.array(
    z.object({
      side: z.enum(['public', 'private']),
      /** Below `<side>/files`. */
      path: z.string(),
      bytes: z.number().int().nonnegative(),
      sha256: Sha256,
    }),
  ),
  /** keyFingerprint() of the site's encryption key; null when it has none. */
  keyFingerprint: z.string().nullable(),
})
export type Manifest = z.infer<typeof Manifest>

/**
 * Tells whether two keys are the same without showing either: 16 hex digits of a salted digest. A Fernet key is 32 random bytes, so it
 * cannot be found from this.
 */
export function keyFingerprint(encryptionKey: string): string {
  return createHash('sha256').update(`frappe-migrator key fingerprint\0${encryptionKey}`).digest('hex').slice(0, 16)
}
