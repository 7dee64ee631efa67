import type { Finding } from '../../bench/finding.ts'
import { type Outcome, rankRemedies } from '../../diagnosis/outcomes/outcome.ts'
import type { Plan } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import { systemCode } from '../../host/local/files.ts'
import { planRepair } from './plan-repair.ts'
import { repairs } from './registry.ts'
import { type Remedy, type Repair, type RepairLook, type RepairPlan, siteOf } from './repair.ts'

/** One way to mend one finding, planned. */
export interface Planned {
  remedy: Remedy
  plan: Plan
  commands: string[]
}

/** A finding with what can be done about it: nothing planned means that somebody is guided through it. */
export interface Proposal {
  finding: Finding
  repair: Repair | null
  planned: Planned[]
  /** The site it is about; null: the bench. */
  site: string | null
}

export interface Wanted {
  /** Cause, finding or repair that alone is to be mended. */
  only: string | null
  outcomes: readonly Outcome[]
  now: Date
}

const repairFor = (finding: Finding): Repair | null =>
  repairs.find(({ findings }) => findings.includes(finding.id)) ?? null
const rankOf = ({ repair }: Proposal): number => (repair === null ? repairs.length : repairs.indexOf(repair))

const isNamed = (only: string, { finding, repair }: Pick<Proposal, 'finding' | 'repair'>): boolean =>
  [finding.id, finding.knowledge, repair?.id, repair?.cause].includes(only)

/**
 * What to do about each finding, in the order of the registry, in which each repair rests on those before it. What merely informs
 * is mended only when it is asked for by name.
 */
export async function proposeRepairs(look: RepairLook, { only, outcomes, now }: Wanted): Promise<Proposal[]> {
  const wanted = look.findings
    .map((finding) => ({ finding, repair: repairFor(finding) }))
    .filter((one) => (only === null ? one.finding.severity !== 'information' : isNamed(only, one)))
  const proposals = await Promise.all(
    wanted.map(
      async (one): Promise<Proposal> => ({
        ...one,
        planned: await planAll(look, one, outcomes, now),
        site: siteOf(look.facts, one.finding)?.name ?? null,
      }),
    ),
  )
  return proposals
    .map((proposal, index) => ({ proposal, index }))
    .sort((one, other) => rankOf(one.proposal) - rankOf(other.proposal) || one.index - other.index)
    .map(({ proposal }) => proposal)
}

async function planAll(
  look: RepairLook,
  { finding, repair }: Pick<Proposal, 'finding' | 'repair'>,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<Planned[]> {
  if (repair === null) return []
  const planned = await Promise.all(
    rankRemedies(repair.id, repair.remedies, outcomes).map(async (remedy) => {
      const made = await planOrNothing(look, finding, remedy)
      if (made === null || made.steps.length === 0) return []
      return [{ remedy, plan: planRepair(look, finding, repair, remedy, made, now), commands: made.commands }]
    }),
  )
  return planned.flat()
}

/** What a remedy needs to read may be gone or closed by now: then it does not apply, and the others go on. */
async function planOrNothing(look: RepairLook, finding: Finding, remedy: Remedy): Promise<RepairPlan | null> {
  try {
    return await remedy.plan(look, finding)
  } catch (error) {
    if (error instanceof MigratorError || systemCode(error) !== undefined) return null
    throw error
  }
}
