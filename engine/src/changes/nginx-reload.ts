import { MigratorError } from '../host/errors.ts'
import type { ProcessIdentity } from '../host/host.ts'
import { readTestOutput, reloadCommand, testCommand } from '../services/nginx/commands.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import { readNginx } from '../services/nginx/read.ts'
import type { ChangeContext } from './change.ts'

/** nginx said no; its words are the evidence. */
export const nginxRefused = (message: string, output: string): MigratorError =>
  new MigratorError({
    code: 'nginx-refused',
    kind: 'failed',
    message,
    evidence: output.trim().slice(0, 800),
    untouched: 'nginx goes on serving with the configuration from before.',
    hint: 'Mend what nginx names (nginx -t), then try again.',
    failureClass: 'configuration',
  })

/** @throws MigratorError `nginx-refused` when the main configuration is gone. */
export async function nginxFacts(context: ChangeContext, mainConfig: string): Promise<NginxFacts> {
  const facts = await readNginx(context.host, { mainConfig, processes: await context.host.processes() })
  if (!facts) throw nginxRefused(`nginx's configuration is gone: ${mainConfig}.`, '')
  return facts
}

/** Whether the run has told nginx to load its files: before that, nginx still serves with those from before. */
export const hasReloaded = (context: ChangeContext): boolean =>
  context.progress().some((record) => record['event'] === 'reload')

/**
 * null when nginx accepted the files and, if it runs, was told to load them; else its own words.
 * nginx only warns of a name that two blocks claim and lets the first have it: for our own names that is a refusal too.
 */
export async function checkAndReload(
  context: ChangeContext,
  mainConfig: string,
  names: string[],
): Promise<string | null> {
  const facts = await nginxFacts(context, mainConfig)
  if (facts.program === null) return null
  const onStart = (identity: ProcessIdentity) => context.child(identity, 'nginx')
  const tested = await context.host.run({ ...testCommand(facts), onStart })
  const result = readTestOutput(tested)
  if (!result.ok) return tested.stderr
  const clash = result.problems.find(
    (problem) => problem.conflictingName !== null && names.includes(problem.conflictingName),
  )
  if (clash) return clash.problem
  if (facts.master === null) return null
  await context.journal({ event: 'reload' })
  const reloaded = await context.host.run({ ...reloadCommand(facts), onStart })
  return reloaded.exitCode === 0 ? null : reloaded.stderr
}
