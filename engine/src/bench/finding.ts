import { z } from 'zod'

/** One thing the survey or a check noticed. `critical` blocks a run, `warning` is shown, `information` only in details. */
export const Finding = z.object({
  /** Stable: `config-invalid-json`, `certificate-missing`. */
  id: z.string(),
  severity: z.enum(['critical', 'warning', 'information']),
  /** One sentence: what is wrong, and where. */
  title: z.string(),
  /** What was seen, with file, line and column where there are some. No secrets. */
  evidence: z.string(),
  cause: z.string().optional(),
  /** What to do or type, best first. */
  remedies: z.array(z.string()),
  /** Path, site, service or port it is about. */
  subject: z.string(),
})
export type Finding = z.infer<typeof Finding>
