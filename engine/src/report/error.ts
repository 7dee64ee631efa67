import { type ErrorKind, MigratorError } from '../host/errors.ts'
import { maskText } from './mask.ts'
import type { Style } from './style.ts'

const exitCodes: Record<ErrorKind, number> = { usage: 3, refused: 4, failed: 1, attention: 5 }

/** Exit code of an error by its kind; an unexpected one counts as failed. */
export const exitCodeOf = (error: unknown): number => (error instanceof MigratorError ? exitCodes[error.kind] : 1)

/** The error that explains best: the first one of several. */
function leading(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length ? error.errors[0] : error
}

/** What happened, the evidence, what was left untouched, what to do next: a line each. */
export function renderError(error: unknown, style: Style): string {
  const all = error instanceof AggregateError ? error.errors : [error]
  return all.map((one) => renderOne(one, style)).join('\n')
}

function renderOne(error: unknown, style: Style): string {
  const line = (label: string, text: string | undefined): string[] =>
    text ? [`  ${style.dim(label)} ${maskText(text)}`] : []
  if (error instanceof MigratorError) {
    return [
      `${style.bad('Error:')} ${maskText(error.message)}`,
      ...line('Seen:', error.evidence),
      ...line('Untouched:', error.untouched),
      ...line('Next:', error.hint),
    ].join('\n')
  }
  const message = error instanceof Error ? error.message : String(error)
  const stack = process.env['MIGRATOR_DEBUG'] && error instanceof Error ? `\n${error.stack}` : ''
  return (
    [
      `${style.bad('Unexpected error:')} ${maskText(message)}`,
      ...line(
        'Next:',
        'Run it again with MIGRATOR_DEBUG=1 to see where it happened. frappe-migrator rollback --list shows the state of the runs.',
      ),
    ].join('\n') + maskText(stack)
  )
}

/** The same as data. */
export function errorJson(error: unknown): Record<string, string | number | null> {
  const one = leading(error)
  const text = (value: string | undefined) => (value === undefined ? null : maskText(value))
  if (!(one instanceof MigratorError)) {
    return {
      code: 'unexpected',
      message: maskText(one instanceof Error ? one.message : String(one)),
      exit_code: exitCodeOf(one),
    }
  }
  return {
    code: one.code,
    message: maskText(one.message),
    evidence: text(one.evidence),
    untouched: text(one.untouched),
    next: text(one.hint),
    exit_code: exitCodeOf(one),
  }
}
