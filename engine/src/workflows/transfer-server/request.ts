import { z } from 'zod'

/** The machine that runs the command. */
export const THIS_MACHINE = 'local'

/** What the user asked for, complete: stored in the plan. Paths of this machine are absolute. */
export const TransferRequest = z.object({
  /** `local`, or `[user@]host[:port]` as OpenSSH is asked for it. */
  sourceServer: z.string(),
  targetServer: z.string(),
  sshConfig: z.string().nullable(),
  /** null: found from the working directory, or at the usual place of that server's user. */
  sourceBench: z.string().nullable(),
  targetBench: z.string().nullable(),
  /** Any name the site has at the source. */
  site: z.string(),
  /** Name it gets at the target; null: the one it has. */
  targetDomain: z.string().nullable(),
  /** A copy: the source goes on, and the copy is kept quiet. */
  clone: z.boolean(),
  /** Files of mode 0600 with accounts that may make databases and users; read when they are needed. */
  sourceAdministratorFile: z.string().nullable(),
  administratorFile: z.string().nullable(),
  hold: z.boolean(),
  rehearse: z.boolean(),
  forward: z.boolean(),
  keepQuarantine: z.boolean(),
  acceptWeakFence: z.boolean(),
  installMissingApps: z.boolean(),
  /** `DocType/name/field` of secrets that may be lost; `all`. */
  acceptUndecryptable: z.array(z.string()),
  waitForJobsSeconds: z.number(),
  nginxConfig: z.string().nullable(),
  sourceNginxConfig: z.string().nullable(),
  hostsFile: z.string().nullable(),
  crontabDirectories: z.array(z.string()).nullable(),
})
export type TransferRequest = z.infer<typeof TransferRequest>
