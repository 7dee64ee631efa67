import { findBench } from '../bench/find-bench.ts'
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

/** What was typed, naming the bench, so that it works in another directory too. */
function typedFor(benchPath: string): string {
  const words = process.argv
    .slice(2)
    .filter((word, at, all) => !/^--bench(=|$)/.test(word) && all[at - 1] !== '--bench')
  return ['frappe-migrator', ...[...words, '--bench', benchPath].map(shellWord)].join(' ')
}
