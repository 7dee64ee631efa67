import { z } from 'zod'

/** What part of a bench a finding is about. The first eight are those of the specification. */
export const areas = [
  'bench_version',
  'processes',
  'ports',
  'directory_structure',
  'configuration',
  'database',
  'redis',
  'proxy',
  'certificates',
  'files',
  'workers',
  'resources',
  'keys',
  'apps',
] as const
export const Area = z.enum(areas)
export type Area = z.infer<typeof Area>

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
  area: Area.optional(),
  /** Id of the knowledge entry that explains it. */
  knowledge: z.string().optional(),
  /** Set when it looks ahead: nothing is broken yet. `basis` says what the forecast rests on. */
  predicted: z.object({ basis: z.string() }).optional(),
})
export type Finding = z.infer<typeof Finding>
