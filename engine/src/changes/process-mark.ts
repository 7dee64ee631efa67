import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { ChangeContext } from './change.ts'

/** Names a process for good: a pid alone is reused. */
export const ProcessMark = z.object({ pid: z.number(), startTime: z.string(), bootId: z.string() })
export type ProcessMark = z.infer<typeof ProcessMark>

const PATIENCE_MILLISECONDS = 10_000

export async function stillRuns(context: ChangeContext, mark: ProcessMark): Promise<boolean> {
  const now = await context.host.processIdentity(mark.pid)
  return now !== null && now.startTime === mark.startTime && now.bootId === mark.bootId
}

/**
 * Asks a process to end (TERM) and waits until it has.
 * @throws MigratorError `process-stays`
 */
export async function endGently(context: ChangeContext, mark: ProcessMark): Promise<void> {
  await context.host.run({ argv: ['kill', '-TERM', String(mark.pid)] })
  for (const until = Date.now() + PATIENCE_MILLISECONDS; await stillRuns(context, mark); await delay(100)) {
    if (Date.now() < until) continue
    throw new MigratorError({
      code: 'process-stays',
      kind: 'failed',
      message: `Process ${mark.pid} did not end within ${PATIENCE_MILLISECONDS / 1000} s.`,
      untouched: 'It goes on running.',
      hint: 'Look what it waits for; it was asked with TERM.',
      failureClass: 'unknown',
    })
  }
}
