import type { Plan } from '../execution/plan.ts'
import { MigratorError } from '../host/errors.ts'
import { writeFileAtomic } from '../host/local/files.ts'
import { type PlanView, renderPlan } from '../report/render-plan.ts'
import { renderRestorePlan } from '../report/render-restore-plan.ts'
import { renderTransferPlan } from '../report/render-transfer-plan.ts'
import { terminalStyle } from '../report/style.ts'

export type { PlanView }

const renderOf = ({ preview }: Plan) =>
  preview.restore !== undefined ? renderRestorePlan : preview.transfer !== undefined ? renderTransferPlan : renderPlan

export const blockingFindings = (plan: Plan): Plan['findings'] =>
  plan.findings.filter((finding) => finding.severity === 'critical')

export function textOfPlan(plan: Plan, stream: NodeJS.WriteStream, view: PlanView): string {
  return renderOf(plan)(plan, terminalStyle(stream), view)
}

/** Shows a plan that was asked for; gives the exit code. */
export function showPlan(plan: Plan, view: PlanView, json: boolean): number {
  const text = json ? JSON.stringify(plan, null, 2) : textOfPlan(plan, process.stdout, view)
  process.stdout.write(`${text}\n`)
  return blockingFindings(plan).length > 0 ? 4 : 2
}

export async function savePlan(plan: Plan, out: string | undefined): Promise<void> {
  if (out === undefined) return
  await writeFileAtomic(out, `${JSON.stringify(plan, null, 1)}\n`, 0o600)
  process.stderr.write(`Saved: ${out}\n`)
}

/** Shows what stands in the way. @throws MigratorError named after the first of it, when there is something */
export function refuseBlocked(plan: Plan, view: PlanView, json: boolean, what: string): void {
  const blocking = blockingFindings(plan)
  const [first] = blocking
  if (!first) return
  if (!json) process.stderr.write(`${textOfPlan(plan, process.stderr, view)}\n`)
  throw new MigratorError({
    code: first.id,
    kind: 'refused',
    message: `The ${what} was not begun: ${blocking.map((finding) => finding.title).join(' ')}`,
    evidence: blocking.map((finding) => finding.evidence).join('; '),
    untouched: 'Nothing was changed.',
    hint: blocking.flatMap((finding) => finding.remedies).join(' '),
  })
}
