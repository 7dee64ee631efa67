import { z } from 'zod'

/** What one repair of a fault came to. Holds no names, paths or values of the machine beyond what was masked. */
export const Outcome = z.object({
  time: z.string(),
  finding: z.string(),
  cause: z.string().nullable(),
  repair: z.string(),
  remedy: z.string(),
  /** What was seen, masked. */
  seen: z.string(),
  /** What was done, in a line. */
  done: z.string(),
  /** Whether the fault was gone afterwards. */
  passed: z.boolean(),
})
export type Outcome = z.infer<typeof Outcome>

/** Evidence of a Beta distribution: as if a remedy had worked and failed so often. */
export interface Prior {
  worked: number
  failed: number
}

/** How likely a remedy works, from what was expected of it and what was seen: the mean of the Beta posterior. Pure. */
export function likelihood(
  prior: Prior,
  outcomes: readonly Outcome[],
): { mean: number; worked: number; failed: number } {
  const passed = outcomes.filter((one) => one.passed).length
  const [worked, failed] = [prior.worked + passed, prior.failed + outcomes.length - passed]
  return { mean: (worked + 1) / (worked + failed + 2), worked: passed, failed: outcomes.length - passed }
}

/** Of two remedies of the same risk the likelier one first; what is less risky always comes before. Pure. */
export function rankRemedies<Ranked extends { id: string; risk: string; prior: Prior }>(
  repair: string,
  remedies: readonly Ranked[],
  outcomes: readonly Outcome[],
): Ranked[] {
  const of = ({ id, prior }: Ranked) =>
    likelihood(
      prior,
      outcomes.filter((one) => one.repair === repair && one.remedy === id),
    ).mean
  const risk = ({ risk }: Ranked) => (risk === 'low' ? 0 : 1)
  return [...remedies].sort((one, other) => risk(one) - risk(other) || of(other) - of(one))
}
