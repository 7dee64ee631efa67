import type { Finding } from '../../bench/finding.ts'
import { changeKinds } from '../../changes/registry.ts'
import type { GoneFinding } from '../../checks/finding-gone.ts'
import { emptyPreview, type Phase, type Plan, type PlanStep } from '../../execution/plan.ts'
import { maskText } from '../../rewrite/mask-text.ts'
import { type Remedy, type Repair, type RepairLook, type RepairPlan, type RepairStep, siteOf } from './repair.ts'
import type { FixRequest } from './request.ts'

const SERVICES = new Set(['service', 'start-redis', 'reload-nginx', 'end-process', 'redis-setting', 'redis-key'])
const phaseOf = ({ kind }: RepairStep): Phase => (SERVICES.has(kind) ? 'start_services' : 'update_configurations')

/** One repair of one finding as a plan of its own: it is proven by itself, and can be taken back by itself. Pure. */
export function planRepair(
  { facts, places }: RepairLook,
  finding: Finding,
  repair: Repair,
  remedy: Remedy,
  planned: RepairPlan,
  now: Date,
): Plan {
  const gone: GoneFinding = {
    id: finding.id,
    subject: finding.subject,
    ...(planned.mark === undefined ? {} : { mark: planned.mark }),
  }
  const request: FixRequest = { repair: repair.id, remedy: remedy.id, cause: repair.cause, finding: gone, places }
  const subject = siteOf(facts, finding)?.name ?? finding.subject
  const title = maskText(finding.title)
  return {
    ...{ format: 1, command: 'fix-config', createdAt: now.toISOString(), benchPath: facts.path },
    site: { oldName: subject, newName: subject, oldDirectory: subject, newDirectory: subject },
    request: plain(request),
    binding: [],
    steps: inPhases(planned.steps).map((step, index) => planStep(step, index)),
    checks: [
      {
        ...{ id: 'finding-gone', phase: 'verify_migration' },
        params: plain({ finding: gone, title, places, patienceSeconds: planned.patienceSeconds ?? 0 }),
      },
    ],
    preview: emptyPreview(),
    findings: [{ ...finding, title, evidence: maskText(finding.evidence) }],
  }
}

/** Steps run phase by phase: once one is a service's, those after it are too. */
function inPhases(steps: RepairStep[]): (RepairStep & { phase: Phase })[] {
  let phase: Phase = 'update_configurations'
  return steps.map((step) => {
    if (phaseOf(step) === 'start_services') phase = 'start_services'
    return { ...step, phase }
  })
}

function planStep({ kind, params, phase }: RepairStep & { phase: Phase }, index: number): PlanStep {
  const change = changeKinds.get(kind)
  if (!change) throw new Error(`A repair names an unknown kind of change: ${kind}`)
  const whole = plain(params)
  return { id: `${index + 1}-${kind}`, phase, kind, params: whole, describe: change.describe(whole), undo: change.undo }
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
