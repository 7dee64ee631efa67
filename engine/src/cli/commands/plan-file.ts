import type { z } from 'zod'
import { movedFacts } from '../../execution/moved-facts.ts'
import { Plan } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import { shellWord } from '../../host/shell-word.ts'
import { planCommand } from '../../report/plan-command.ts'
import { readGiven } from '../given-files.ts'

export interface PlanFile<Request> {
  path: string
  plan: Plan
  request: Request
}

/** @throws MigratorError `file-unreadable`, `plan-file-invalid` */
export async function readPlanFile<Request>(
  path: string,
  command: Plan['command'],
  schema: z.ZodType<Request>,
): Promise<PlanFile<Request>> {
  const wrong = (evidence: string, cause?: unknown) =>
    new MigratorError({
      code: 'plan-file-invalid',
      kind: 'usage',
      message: `${path} is not a plan of frappe-migrator.`,
      evidence,
      untouched: 'Nothing was changed.',
      hint: `Make one with: frappe-migrator ${command} … --plan --out FILE`,
      cause,
    })
  const text = await readGiven(path, 'The plan')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const parsed = Plan.safeParse(value)
  if (!parsed.success)
    throw wrong(
      parsed.error.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; '),
    )
  const plan = parsed.data
  const request = schema.safeParse(plan.request)
  if (plan.command !== command) throw wrong(`it is a plan of ${plan.command}`)
  if (!request.success) throw wrong(`its request is not whole: ${request.error.issues[0]?.path.join('.')}`)
  return { path, plan, request: request.data }
}

const TOLD = 8

/** @throws MigratorError `plan-stale`, naming what moved. */
export function refuseMoved(stored: Pick<PlanFile<unknown>, 'path' | 'plan'>, fresh: Plan): void {
  const moved = movedFacts(stored.plan, fresh)
  if (moved.length === 0) return
  const more = moved.length > TOLD ? [`and ${moved.length - TOLD} more`] : []
  throw new MigratorError({
    code: 'plan-stale',
    kind: 'refused',
    message: `The plan no longer fits: ${moved.length} ${moved.length === 1 ? 'fact has' : 'facts have'} moved since it was made.`,
    evidence: [...moved.slice(0, TOLD).map(short), ...more].join('; '),
    untouched: 'Nothing was changed.',
    hint: `Make it again and look at it: ${planCommand(stored.plan)} --plan --out ${shellWord(stored.path)}`,
  })
}

const short = (text: string): string => (text.length > 240 ? `${text.slice(0, 237)}…` : text)
