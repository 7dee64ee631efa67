import { type FailureClass, MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'

export type RecoveryStrategy = 'automatic' | 'guided' | 'rollback'
export interface RecoveryDecision {
  failureClass: FailureClass
  strategy: RecoveryStrategy
  choice: 'retry' | 'ask' | 'rollback'
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

/**
 * Chooses what follows a failure. Only a service that may come back is tried again by itself, since every change is idempotent;
 * a person at the terminal is asked; else the run is rolled back.
 */
export function decideRecovery(error: unknown, attempt: number, interactive: boolean): RecoveryDecision {
  const failureClass = classifyFailure(error)
  if (failureClass === 'service' && attempt < RETRIES) {
    return {
      failureClass,
      strategy: 'automatic',
      choice: 'retry',
      reason: `a service that may come back, try ${attempt + 1} of ${RETRIES}`,
    }
  }
  if (interactive) {
    return {
      failureClass,
      strategy: 'guided',
      choice: 'ask',
      reason: `${failureClass} failure, somebody is there to decide`,
    }
  }
  return { failureClass, strategy: 'rollback', choice: 'rollback', reason: `${failureClass} failure, nobody to ask` }
}

/** Milliseconds before the next automatic try: 1 s, 4 s, 9 s, 16 s. */
export const retryDelay = (attempt: number): number => 1000 * attempt * attempt
