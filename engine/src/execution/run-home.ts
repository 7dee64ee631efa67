import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Plan } from './plan.ts'

/** Where runs are kept: plan, journal and vault of each, and one audit log. */
export interface RunHome {
  /** `bench`: of the runs on one bench, in the bench itself. `user`: of runs over several places, with the person who runs them. */
  readonly kind: 'bench' | 'user'
  readonly path: string
}

export const benchHome = (benchPath: string): RunHome => ({ kind: 'bench', path: join(benchPath, '.migrator') })

/** `~/.local/state/frappe-migrator`; XDG_STATE_HOME is respected where it is an absolute path, as its specification says. */
export function userHome(environment: NodeJS.ProcessEnv = process.env): RunHome {
  const named = environment['XDG_STATE_HOME']
  const state = named !== undefined && isAbsolute(named) ? named : join(homedir(), '.local', 'state')
  return { kind: 'user', path: join(state, 'frappe-migrator') }
}

/** Where the run of a plan is kept on this machine. */
export const homeOf = (plan: Pick<Plan, 'places' | 'benchPath'>): RunHome =>
  plan.places === undefined ? benchHome(plan.benchPath) : userHome()
