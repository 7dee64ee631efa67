import type { Command, Completed } from '../../host/host.ts'
import type { NginxFacts } from './nginx-facts.ts'

const PROGRAM = '/usr/sbin/nginx'

/** Root's nginx reads keys and binds ports that only root may; without a running master that is assumed. */
const needsRoot = (facts: NginxFacts) => facts.master === null || facts.master.userId === 0

const files = (facts: NginxFacts) => ['-c', facts.mainConfig, ...(facts.prefix === null ? [] : ['-p', facts.prefix])]

/** nginx's own check of the files as they are. Success with warnings exists: judge the answer with readTestOutput. */
export function testCommand(facts: NginxFacts): Command {
  return { argv: [facts.program ?? PROGRAM, '-t', ...files(facts)], privileged: needsRoot(facts) }
}

/** Makes the running master load its files again: through systemd where that started it, else nginx's own signal. */
export function reloadCommand(facts: NginxFacts): Command {
  const argv: Command['argv'] =
    facts.unit === null
      ? [facts.program ?? PROGRAM, '-s', 'reload', ...files(facts)]
      : ['systemctl', 'reload', facts.unit]
  return { argv, privileged: needsRoot(facts) }
}

export interface TestProblem {
  file: string | null
  line: number | null
  /** In nginx's words. */
  problem: string
}

/** A name that two blocks claim. */
export interface NameConflict {
  name: string
  /** In nginx's words. */
  problem: string
}

export interface TestResult {
  /** nginx takes these files: it may still warn of conflicts. */
  ok: boolean
  problems: TestProblem[]
  conflicts: NameConflict[]
}

/** `nginx: [emerg] …` on a terminal, `2026/11/23 00:18:01 [warn] 14#14: …` where the built-in log is stderr (Debian). */
const MESSAGE = /^(?:nginx: |[\d/]+ [\d:]+ )\[(\w+)\] (?:\d+#\d+: )?(.*)$/

/**
 * What `nginx -t` says. A server name that two blocks claim is a warning with exit code 0, and one of the two is silently not
 * served (measured, nginx 1.22): whether it matters is for the caller, who knows which names are its own.
 */
export function readTestOutput(done: Pick<Completed, 'exitCode' | 'stdout' | 'stderr'>): TestResult {
  const problems: TestProblem[] = []
  const conflicts: NameConflict[] = []
  for (const line of `${done.stdout}\n${done.stderr}`.split('\n')) {
    const [, level, said = ''] = MESSAGE.exec(line.trim()) ?? []
    const name = /^conflicting server name "([^"]*)"/.exec(said)?.[1]
    if (name !== undefined) conflicts.push({ name: name.toLowerCase(), problem: said })
    if (!(level === 'emerg' || level === 'crit' || level === 'error')) continue
    const [, problem = said, file = null, at = null] = /^(.*?) in (\/.*):(\d+)$/.exec(said) ?? []
    problems.push({ file, line: at === null ? null : Number(at), problem })
  }
  return { ok: done.exitCode === 0 && problems.length === 0, problems, conflicts }
}
