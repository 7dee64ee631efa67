import type { JournalLine, RunState } from '../execution/journal.ts'
import { REHEARSED } from '../execution/rehearsal.ts'
import type { MigrationReport } from './migration-report.ts'

export interface RunVerdict {
  state: RunState
  /** Preflight said no: nothing was begun. */
  refused: boolean
  rolledBack: boolean
  /** Done to its end to be measured: that it was taken back is no failure. */
  rehearsed: boolean
  status: MigrationReport['summary']['status']
}

type Check = Extract<JournalLine, { type: 'checks' }>['results'][number]

/** How a run ended, told from its journal. */
export function verdictOf(lines: JournalLine[], proof: Check[]): RunVerdict {
  const state = lines.findLast((line) => line.type === 'state')?.state ?? 'planned'
  const takenBack = state === 'rolled-back'
  const refused = takenBack && !lines.some((line) => line.type === 'intent')
  const rehearsed = lines.some((line) => line.type === 'state' && line.reason === REHEARSED)
  const ended = state === 'done' || state === 'retired'
  const doubtful = proof.some(({ status, critical }) => status === 'failed' || (status === 'warning' && critical))
  return {
    state,
    refused,
    rolledBack: takenBack && !refused,
    rehearsed,
    status: takenBack ? (rehearsed ? 'success' : 'failed') : ended && !doubtful ? 'success' : 'partial',
  }
}

/** What the last round of checks in a phase found. */
export const lastChecks = (lines: JournalLine[], phase: 'pre_migration_checks' | 'verify_migration'): Check[] =>
  lines.flatMap((line) => (line.type === 'checks' && line.phase === phase ? [line.results] : [])).at(-1) ?? []

/** true, false, or null where it does not apply. A Redis that did not answer before either is only warned of, but it does not work. */
export function verificationResults(proof: Check[]): MigrationReport['verification_results'] {
  const answer = (id: string, warned: boolean): boolean | null => {
    const status = proof.find((check) => check.id === id)?.status
    if (status === undefined || status === 'not-applicable') return null
    return status === 'passed' || (status === 'warning' && warned)
  }
  return {
    site_accessible: answer('http-proxy', false) ?? answer('http-direct', false),
    // Warned of: a chain this machine does not know, which browsers may.
    https_working: answer('https', true),
    database_connected: answer('database-reachable', false),
    redis_functional: answer('redis-reachable', false),
  }
}
