import { MigratorError } from '../host/errors.ts'
import type { ProcessIdentity } from '../host/host.ts'
import { readTestOutput, reloadCommand, type TestResult, testCommand } from '../services/nginx/commands.ts'
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

/** Names that two blocks claim in the files as they are now: no fault of an edit that has not been made yet. */
export async function presentConflicts(context: ChangeContext, facts: NginxFacts): Promise<string[]> {
  if (facts.program === null) return []
  return [...new Set((await testFiles(context, facts)).conflicts.map(({ name }) => name))]
}

interface OwnNames {
  /** Names that nobody else's block may claim. */
  names: string[]
  /** What was claimed twice before the run. */
  known: string[]
}

/**
 * null when nginx accepted the files and, if it runs, was told to load them; else its own words.
 * nginx only warns of a name that two blocks claim and lets the first have it: for our own names that is a refusal too.
 */
export async function checkAndReload(
  context: ChangeContext,
  mainConfig: string,
  own: OwnNames,
): Promise<string | null> {
  const facts = await nginxFacts(context, mainConfig)
  if (facts.program === null) return null
  const tested = await testFiles(context, facts)
  const refusal = tested.ok ? clashIn(tested, own) : tested.words
  return refusal ?? reload(context, facts)
}

/**
 * The same on the way back: files that nginx can load are loaded even where somebody's block claims a name of ours too, since what
 * it serves until then sends visitors to a name that is gone.
 */
export async function reloadRestored(
  context: ChangeContext,
  mainConfig: string,
  own: OwnNames,
): Promise<string | null> {
  const facts = await nginxFacts(context, mainConfig)
  if (facts.program === null) return null
  const tested = await testFiles(context, facts)
  if (!tested.ok) return `not reloaded: ${tested.words.trim()}`
  const refusal = await reload(context, facts)
  return refusal === null ? clashIn(tested, own) : `not reloaded: ${refusal.trim()}`
}

function clashIn({ conflicts }: TestResult, { names, known }: OwnNames): string | null {
  const own = new Set(names.map((name) => name.toLowerCase()))
  return conflicts.find(({ name }) => own.has(name) && !known.includes(name))?.problem ?? null
}

async function testFiles(context: ChangeContext, facts: NginxFacts): Promise<TestResult & { words: string }> {
  const onStart = (identity: ProcessIdentity) => context.child(identity, 'nginx')
  const done = await context.host.run({ ...testCommand(facts), onStart })
  return { ...readTestOutput(done), words: done.stderr }
}

async function reload(context: ChangeContext, facts: NginxFacts): Promise<string | null> {
  if (facts.master === null) return null
  await context.journal({ event: 'reload' })
  const onStart = (identity: ProcessIdentity) => context.child(identity, 'nginx')
  const done = await context.host.run({ ...reloadCommand(facts), onStart })
  return done.exitCode === 0 ? null : done.stderr
}
