import type { PlaceName } from '../bench/place.ts'
import type { AnyChange } from '../changes/change.ts'
import { changeKinds } from '../changes/registry.ts'
import type { PlanCheck, PlanStep } from '../execution/plan.ts'

/** A step of a plan: its description and undo class come from its kind. */
export function plannedStep(
  id: string,
  phase: PlanStep['phase'],
  kind: string,
  params: unknown,
  kinds: ReadonlyMap<string, Pick<AnyChange, 'describe' | 'undo'>> = changeKinds,
): PlanStep {
  const change = kinds.get(kind)
  if (!change) throw new Error(`unknown kind of change: ${kind}`)
  const plain = JSON.parse(JSON.stringify(params))
  return { id, phase, kind, params: plain, describe: change.describe(plain), undo: change.undo }
}

export const plannedCheck = (id: string, phase: PlanCheck['phase'], params: unknown = {}): PlanCheck => ({
  id,
  phase,
  params: JSON.parse(JSON.stringify(params)),
})

/** The same step or check, at one of the two places of a transfer. */
export const at = <Planned extends PlanStep | PlanCheck>(place: PlaceName, planned: Planned): Planned => ({
  ...planned,
  place,
})
