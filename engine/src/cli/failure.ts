import { errorJson, exitCodeOf, renderError } from '../report/error.ts'
import { terminalStyle } from '../report/style.ts'

/** Prints an error the way the user asked for and gives its exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  if (json) process.stdout.write(`${JSON.stringify({ error: errorJson(error) }, null, 2)}\n`)
  process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
  return exitCodeOf(error)
}
