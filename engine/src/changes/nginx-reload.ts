import { MigratorError } from '../host/errors.ts'
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
  const tested = await context.host.run(testCommand(facts))
  const result = readTestOutput(tested)
  if (!result.ok) return tested.stderr
  const clash = result.problems.find(
    (problem) => problem.conflictingName !== null && names.includes(problem.conflictingName),
  )
  if (clash) return clash.problem
  if (facts.master === null) return null
  const reloaded = await context.host.run(reloadCommand(facts))
  return reloaded.exitCode === 0 ? null : reloaded.stderr
}
