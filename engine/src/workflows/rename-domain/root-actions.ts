import { z } from 'zod'
import type { Plan, PlanStep } from '../../execution/plan.ts'
import { filesOf } from '../../execution/step-files.ts'

export const NGINX_AS_ROOT = 'run nginx -t and reload nginx'

const Rights = z.object({ privileged: z.array(z.string()) }).catch({ privileged: [] })

/** What root does in this plan, one short phrase each. */
export const rootActions = (plan: Plan): string[] =>
  plan.checks.flatMap((check) => (check.id === 'rights' ? Rights.parse(check.params).privileged : []))

export const needsRoot = (plan: Plan, step: PlanStep): boolean =>
  filesOf(step).privileged || (step.kind === 'proxy-config' && rootActions(plan).includes(NGINX_AS_ROOT))
