import { changeKinds } from '../changes/registry.ts'
import type { PlanCheck, PlanStep } from '../execution/plan.ts'

/** A step of a plan: its description and undo class come from its kind. */
export function plannedStep(id: string, phase: PlanStep['phase'], kind: string, params: unknown): PlanStep {
  const change = changeKinds.get(kind)
  if (!change) throw new Error(`unknown kind of change: ${kind}`)
  const plain = JSON.parse(JSON.stringify(params))
  return { id, phase, kind, params: plain, describe: change.describe(plain), undo: change.undo }
}

export const plannedCheck = (id: string, phase: PlanCheck['phase'], params: unknown = {}): PlanCheck => ({
  id,
  phase,
  params: JSON.parse(JSON.stringify(params)),
})
