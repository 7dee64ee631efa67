import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Finding } from '../bench/finding.ts'
import { surveyBench } from '../bench/survey.ts'
import { analyzeBench } from './analysis/analyze-bench.ts'
import { analysisChecks } from './analysis/registry.ts'
import type { Check, CheckContext } from './check.ts'

/** Where the machine keeps what the analysis reads, as it was said on the command line. */
export const MachinePlaces = z.object({
  nginxConfig: z.string().exactOptional(),
  hostsFile: z.string().exactOptional(),
  crontabDirectories: z.array(z.string()).exactOptional(),
  supervisorDirectories: z.array(z.string()).exactOptional(),
})
export type MachinePlaces = z.infer<typeof MachinePlaces>

/** Which finding must be gone. Several of one id and subject are told apart by a word of their evidence. */
export const GoneFinding = z.object({ id: z.string(), subject: z.string(), mark: z.string().exactOptional() })
export type GoneFinding = z.infer<typeof GoneFinding>

export const FindingGone = z.object({
  ...{ finding: GoneFinding, title: z.string(), places: MachinePlaces },
  /** Services take a moment to come up: it is asked again for as long. */
  patienceSeconds: z.number(),
})

const BETWEEN_MILLISECONDS = 500
/** A machine under load may need more than one look; what was not looked at is not proven. */
const UNSEEN_MILLISECONDS = 20_000

/** The fault that a repair was for is looked for again, by the very check that found it. */
export const findingGone: Check = {
  id: 'finding-gone',
  title: 'The fault is gone',
  run: async (context, params) => {
    const wanted = FindingGone.parse(params)
    const began = Date.now()
    for (;;) {
      const found = await look(context, wanted)
      if (found === undefined)
        return {
          status: 'passed',
          critical: true,
          evidence: `${wanted.finding.id} is not found any more: ${wanted.title}`,
        }
      const patience = found.id === wanted.finding.id ? wanted.patienceSeconds * 1000 : UNSEEN_MILLISECONDS
      if (Date.now() - began >= patience || context.signal.aborted)
        return { status: 'failed', critical: true, evidence: found.evidence, remedy: found.remedies[0] }
      await delay(BETWEEN_MILLISECONDS)
    }
  },
}

async function look(
  { host, benchPath }: CheckContext,
  { finding, places }: z.infer<typeof FindingGone>,
): Promise<Finding | undefined> {
  const facts = await surveyBench(host, benchPath, places)
  const checks = analysisChecks.filter(({ finds }) => Object.keys(finds).includes(finding.id))
  const found = await analyzeBench(host, facts, { checks, sites: facts.sites, timeoutMilliseconds: 10_000 })
  // What could not be looked at is not proven to be gone.
  return found.find(
    (one) =>
      isSame(one, finding) ||
      unseen(
        one,
        checks.map(({ id }) => id),
      ),
  )
}

export const isSame = (one: Finding, { id, subject, mark }: GoneFinding): boolean =>
  one.id === id && one.subject === subject && (mark === undefined || one.evidence.includes(mark))

const unseen = ({ id, evidence }: Finding, checks: string[]): boolean =>
  (id === 'check-timeout' || id === 'check-failed') && checks.some((check) => evidence.startsWith(`${check}:`))
