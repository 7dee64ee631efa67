import { MigratorError } from '../host/errors.ts'
import { errorJson, exitCodeOf, renderError } from '../report/error.ts'
import { terminalStyle } from '../report/style.ts'

/** What commander says of options and commands it does not know, as an error like every other. */
export function wrongUsage(sentence: string, program: string, [command = '']: string[]): MigratorError {
  const named = /^[a-z][a-z-]*$/.test(command) && !sentence.includes('unknown command') ? ` ${command}` : ''
  return new MigratorError({
    code: 'usage',
    kind: 'usage',
    message: sentence.replace(/^error: /, ''),
    untouched: 'Nothing was changed.',
    hint: `See: ${program}${named} --help`,
  })
}

/** Prints an error the way the user asked for and gives its exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ error: errorJson(error) }, null, 2)}\n`)
  process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
  return exitCodeOf(error)
}
