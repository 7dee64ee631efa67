import { type FailureClass, MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'

export type RecoveryStrategy = 'automatic' | 'guided' | 'rollback'
export interface RecoveryDecision {
  failureClass: FailureClass
  strategy: RecoveryStrategy
  choice: 'retry' | 'ask' | 'rollback' | 'keep'
  reason: string
}

/** Tries in all; the pauses between them add up to 30 s, time for a server to be started again and recover. */
const RETRIES = 5

const byCode: Record<string, FailureClass> = {
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  ENOSPC: 'dependency',
  EDQUOT: 'dependency',
  EMFILE: 'dependency',
  ECONNREFUSED: 'service',
  ECONNRESET: 'service',
  ETIMEDOUT: 'service',
  EPIPE: 'service',
  ENOENT: 'configuration',
  ENOTDIR: 'configuration',
  EEXIST: 'configuration',
}

/** Sorts any failure into configuration, service, dependency, permission or unknown. */
export function classifyFailure(error: unknown): FailureClass {
  if (error instanceof MigratorError && error.failureClass) return error.failureClass
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const found = byCode[systemCode(current) ?? '']
    if (found) return found
  }
  return 'unknown'
}

interface Failure {
  failureClass: FailureClass
  attempt: number
  interactive: boolean
}

interface Strategy {
  strategy: RecoveryStrategy
  choice: RecoveryDecision['choice']
  applies(failure: Failure): boolean
  reason(failure: Failure): string
}

/** Only a service that may come back is tried again by itself, since every change is idempotent. */
export const automatic: Strategy = {
  strategy: 'automatic',
  choice: 'retry',
  applies: ({ failureClass, attempt }) => failureClass === 'service' && attempt < RETRIES,
  reason: ({ attempt }) => `a service that may come back, try ${attempt + 1} of ${RETRIES}`,
}

/** A person at the terminal is asked. */
export const guided: Strategy = {
  strategy: 'guided',
  choice: 'ask',
  applies: ({ interactive }) => interactive,
  reason: ({ failureClass }) => `${failureClass} failure, somebody is there to decide`,
}

/** Else the run is taken back. */
export const rollback: Strategy = {
  strategy: 'rollback',
  choice: 'rollback',
  applies: () => true,
  reason: ({ failureClass }) => `${failureClass} failure, nobody to ask`,
}

/** In the order they are asked; the last one always applies. */
export const recoveryStrategies: readonly Strategy[] = [automatic, guided, rollback]

/** Chooses what follows a failure of any step: the first strategy that applies. */
export function decideRecovery(error: unknown, attempt: number, interactive: boolean): RecoveryDecision {
  const failure = { failureClass: classifyFailure(error), attempt, interactive }
  // Somebody else may be at work there: neither another try nor a way back is safe.
  if (error instanceof MigratorError && error.code === 'lock-lost')
    return { failureClass: failure.failureClass, strategy: 'guided', choice: 'keep', reason: 'the lock is lost' }
  const { strategy, choice, reason } = recoveryStrategies.find((one) => one.applies(failure)) ?? rollback
  return { failureClass: failure.failureClass, strategy, choice, reason: reason(failure) }
}

/** Milliseconds before the next automatic try: 1 s, 4 s, 9 s, 16 s. */
export const retryDelay = (attempt: number): number => 1000 * attempt * attempt
