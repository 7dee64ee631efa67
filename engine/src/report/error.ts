import { type ErrorKind, MigratorError } from '../host/errors.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'

const exitCodes: Record<ErrorKind, number> = { usage: 3, refused: 4, failed: 1, attention: 5 }

/** Exit code of an error by its kind; an unexpected one counts as failed. */
export const exitCodeOf = (error: unknown): number => (error instanceof MigratorError ? exitCodes[error.kind] : 1)

const UNEXPECTED_NEXT =
  'See where the runs stand: frappe-migrator rollback --list (each has its run.log in .migrator/runs/<id>/). MIGRATOR_DEBUG=1 shows where it happened.'

/** What happened, the evidence, what was left untouched, what to do next: a line each. */
export function renderError(error: unknown, style: Style): string {
  const all: unknown[] = error instanceof AggregateError && error.errors.length ? error.errors : [error]
  return all.map((one) => renderOne(one, style)).join('\n')
}

function renderOne(error: unknown, style: Style): string {
  const line = (label: string, text: string | undefined): string[] =>
    text ? [`  ${style.dim(label.padEnd(10))} ${shown(text)}`] : []
  const debug =
    process.env['MIGRATOR_DEBUG'] && error instanceof Error && error.stack ? [style.dim(shown(error.stack))] : []
  if (error instanceof MigratorError) {
    return [
      `${style.bad('Error:')} ${shown(error.message)}`,
      ...line('Seen:', error.evidence),
      ...line('Untouched:', error.untouched),
      ...line('Next:', error.hint),
      ...debug,
    ].join('\n')
  }
  const message = error instanceof Error ? error.message : String(error)
  return [`${style.bad('Unexpected error:')} ${shown(message)}`, ...line('Next:', UNEXPECTED_NEXT), ...debug].join('\n')
}

/** The same as data: of several errors the first one, which explains best. */
export function errorJson(error: unknown): Record<string, string | number | null> {
  const one: unknown = error instanceof AggregateError && error.errors.length ? error.errors[0] : error
  const text = (value: string | undefined) => (value === undefined ? null : shown(value))
  const known = one instanceof MigratorError ? one : null
  return {
    code: known?.code ?? 'unexpected',
    message: shown(one instanceof Error ? one.message : String(one)),
    evidence: text(known?.evidence),
    untouched: text(known?.untouched),
    next: text(known ? known.hint : UNEXPECTED_NEXT),
    exit_code: exitCodeOf(one),
  }
}
