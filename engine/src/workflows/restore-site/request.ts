import { z } from 'zod'

/** What the user asked for, complete: stored in the plan. Paths are absolute. */
export const RestoreRequest = z.object({
  /** A site of the bench by any of its names: what is replaced, or what a new site takes its database server from. */
  site: z.string().nullable(),
  /** Name of a site that is made; null: the site is replaced. */
  as: z.string().nullable(),
  backupFile: z.string().nullable(),
  backupDirectory: z.string().nullable(),
  publicFiles: z.string().nullable(),
  privateFiles: z.string().nullable(),
  siteConfig: z.string().nullable(),
  /** Files of mode 0600 with secrets; what they hold is read when it is needed. */
  administratorFile: z.string().nullable(),
  backupKeyFile: z.string().nullable(),
  /** `DocType/name/field` of secrets that may be lost; `all`. */
  acceptUndecryptable: z.array(z.string()),
  waitForJobsSeconds: z.number(),
  nginxConfig: z.string().nullable(),
  hostsFile: z.string().nullable(),
  crontabDirectories: z.array(z.string()).nullable(),
})
export type RestoreRequest = z.infer<typeof RestoreRequest>
