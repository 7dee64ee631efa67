import { z } from 'zod'
import { Step } from './knowledge/cause.ts'
import { Label } from './labels.ts'

/** A line of what was given, counted from 1. Secrets are masked. */
export const Evidence = z.object({ line: z.number().int(), text: z.string() })
export type Evidence = z.infer<typeof Evidence>

export const RankedCause = z.object({
  id: z.string(),
  label: Label,
  title: z.string(),
  /** How often a cause named with this confidence is the right one: 0 to 1, calibrated. */
  confidence: z.number().min(0).max(1),
  evidence: z.array(Evidence),
  explanation: z.string(),
  solution_steps: z.array(Step),
  validation: z.array(Step),
  risk_level: z.enum(['low', 'medium', 'high']),
  dangerous_advice: z.array(z.object({ advice: z.string(), why: z.string() })),
  /** Repair of fix-config, where there is one. */
  fix: z.string().nullable(),
  /** What a look at the bench said: null when none was taken. */
  confirmed: z.boolean().nullable(),
  /** Findings of the bench that confirm it. */
  seen: z.array(z.object({ id: z.string(), title: z.string(), evidence: z.string() })).default([]),
})
export type RankedCause = z.infer<typeof RankedCause>

/** The answer of `diagnose`: best first, at least three when unsure. */
export const Diagnosis = z.object({
  verdict: z.enum(['bench_problem', 'out_of_scope', 'unsure', 'nothing_found']),
  causes: z.array(RankedCause),
  /** Where to take what is not a problem of the bench; null otherwise. */
  take_to: z.string().nullable().default(null),
  /** What could not be read or looked at, in sentences. */
  notes: z.array(z.string()),
})
export type Diagnosis = z.infer<typeof Diagnosis>
