import type { RunEnvironment } from '../execution/environment.ts'
import { MigratorError } from '../host/errors.ts'
import type { AttendedOptions } from './options.ts'

type Attended = Pick<RunEnvironment, 'interactive' | 'ask' | 'stop' | 'mayGoOn'>

const sentences: Record<string, string> = {
  retry: 'Try this step again',
  rollback: 'Take everything back now',
  keep: 'Stop here and keep the state (resume or roll back later)',
}

/** Whether somebody is there: when both ends are a terminal, and nobody said not to ask. */
function isInteractive(options: AttendedOptions): boolean {
  const atTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true
  if (options.interactive && !atTerminal) {
    throw new MigratorError({
      code: 'no-terminal',
      kind: 'usage',
      message: '--interactive needs a terminal, and there is none to ask at.',
      untouched: 'Nothing was changed.',
      hint: 'Leave it away, or say --no-interactive.',
    })
  }
  return options.interactive ?? atTerminal
}

/** Asks on the terminal; a question that cannot be answered any more counts as `keep`. */
async function ask(
  message: string,
  choices: readonly ('retry' | 'rollback' | 'keep')[],
): Promise<'retry' | 'rollback' | 'keep'> {
  const { isCancel, select } = await import('@clack/prompts')
  const options = choices.map((value) => ({ value, label: sentences[value] ?? value }))
  const answer = await select({ message, options, output: process.stderr })
  return isCancel(answer) ? 'keep' : answer
}

export async function confirm(message: string): Promise<boolean> {
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({ message, initialValue: false, output: process.stderr })
  return answer === true
}

/** For what cannot be brought back: a word has to be typed, not a key pressed. */
export async function confirmTyped(message: string, word: string): Promise<boolean> {
  const { text } = await import('@clack/prompts')
  const answer = await text({ message: `${message} Type ${word} to go on:`, output: process.stderr })
  return answer === word
}

/**
 * Signals become a request to stop at the next safe point. SIGINT asks when somebody is there; a second one, and SIGTERM, stop and keep.
 * A closed terminal (SIGHUP, a broken pipe) does not stop a run: it finishes and logs to its folder.
 */
export function attend(options: AttendedOptions): Attended & { release(): void } {
  const interactive = isInteractive(options)
  const stop = new AbortController()
  let interrupts = 0
  const onInterrupt = () => {
    interrupts += 1
    if (interrupts > 1) process.exit(130)
    process.stderr.write(
      '\nStopping at the next safe point; press Ctrl-C again to leave at once (resume works either way).\n',
    )
    stop.abort('SIGINT')
  }
  const onTerminate = () => stop.abort('SIGTERM')
  const ignore = () => undefined
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  process.on('SIGHUP', ignore)
  process.stdout.on('error', ignore)
  process.stderr.on('error', ignore)
  return {
    interactive,
    ask,
    mayGoOn: confirm,
    stop: stop.signal,
    release: () => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
      process.off('SIGHUP', ignore)
    },
  }
}
