import { z } from 'zod'

/** What the user asked for, complete: stored in the plan, so that `--plan-file` can ask for the same again. */
export const RenameRequest = z.object({
  source: z.string(),
  target: z.string(),
  /** Names the site when `source` fits several. */
  site: z.string().nullable(),
  renameDirectory: z.enum(['auto', 'yes', 'no']),
  /** Further names of the site that are rewritten to the target. */
  alsoRewrite: z.array(z.string()),
  /** `https://new[:port]`: links get this scheme and port. */
  url: z.string().nullable(),
  /** Offered columns switched on: `tabX.column`, `Single.field`, with `:host` for names standing alone. */
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  certificate: z.string().nullable(),
  certificateKey: z.string().nullable(),
  redirect: z.boolean(),
  rebuildSearch: z.boolean(),
  deep: z.boolean(),
  waitForJobsSeconds: z.number(),
  /** Where the machine keeps its files, when not in the usual places. */
  nginxConfig: z.string().nullable(),
  hostsFile: z.string().nullable(),
  crontabDirectories: z.array(z.string()).nullable(),
})
export type RenameRequest = z.infer<typeof RenameRequest>
