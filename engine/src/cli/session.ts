import { findBench } from '../bench/find-bench.ts'
import { listRuns } from '../execution/run-directory.ts'
import { userHome } from '../execution/run-home.ts'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { becomeOwner } from '../host/local/become-owner.ts'
import { localHost } from '../host/local/index.ts'
import { shellWord } from '../host/shell-word.ts'
import type { CommonOptions } from './options.ts'

export interface Session {
  host: Host
  benchPath: string
}

/**
 * Finds the bench and makes sure that its owner does the work: as root the command continues as the owner, in a child.
 * @throws MigratorError `not-a-bench`, `wrong-user`; the child's exit code comes as OwnerFinished.
 */
export async function openSession(options: CommonOptions): Promise<Session> {
  const host = localHost()
  const benchPath = await host.realPath(await findBench(host, options.bench ?? process.cwd()))
  await becomeOwner(host, benchPath, typedFor(benchPath))
  return { host, benchPath }
}

/** What a command about runs looks at. */
export interface RunsSession {
  host: Host
  /** null: no bench is at hand, and it is about what this user runs over several places. */
  benchPath: string | null
}

/** Where no run was found, in words. */
export const placeOfRuns = ({ benchPath }: RunsSession): string =>
  benchPath === null ? 'over several places' : 'on this bench'

/**
 * For a command about runs: the bench that is named or stood in. A run over several places is kept by its user and needs none: named
 * with --run it is found wherever one is, and without a bench the runs of this user are meant.
 * @throws as openSession, when a bench is named or there is no such run
 */
export async function openRuns(options: CommonOptions & { run?: string }): Promise<RunsSession> {
  if (options.bench !== undefined) return openSession(options)
  const own = await listRuns(userHome())
  const withoutBench = { host: localHost(), benchPath: null }
  if (options.run !== undefined && own.includes(options.run)) return withoutBench
  try {
    return await openSession(options)
  } catch (error) {
    if (own.length > 0 && error instanceof MigratorError && error.code === 'not-a-bench') return withoutBench
    throw error
  }
}

/** What was typed, naming the bench, so that it works in another directory too. */
function typedFor(benchPath: string): string {
  const words = process.argv
    .slice(2)
    .filter((word, at, all) => !/^--bench(=|$)/.test(word) && all[at - 1] !== '--bench')
  return ['frappe-migrator', ...[...words, '--bench', benchPath].map(shellWord)].join(' ')
}
