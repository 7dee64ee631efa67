/**
 * Every error a user can meet. `kind` decides the exit code (docs/architecture.md, exit codes):
 * usage → 3 · refused → 4 · failed → 1 · attention → 5.
 */
export type ErrorKind = 'usage' | 'refused' | 'failed' | 'attention'

/** How a failure is classified for recovery (automatic retry, guided, rollback). */
export type FailureClass = 'configuration' | 'service' | 'dependency' | 'permission' | 'unknown'

export interface ErrorDetails {
  /** Stable, machine readable: `site-not-found`, `target-taken`. */
  code: string
  kind: ErrorKind
  /** One sentence: what is wrong, and where. Never contains a secret. */
  message: string
  /** What was seen: a path with line and column, a server's words. */
  evidence?: string
  /** What was left as it was. */
  untouched?: string
  /** What to type or do next. */
  hint?: string
  failureClass?: FailureClass
  cause?: unknown
}

export class MigratorError extends Error {
  readonly code: string
  readonly kind: ErrorKind
  readonly evidence: string | undefined
  readonly untouched: string | undefined
  readonly hint: string | undefined
  readonly failureClass: FailureClass | undefined

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'MigratorError'
    this.code = details.code
    this.kind = details.kind
    this.evidence = details.evidence
    this.untouched = details.untouched
    this.hint = details.hint
    this.failureClass = details.failureClass
  }
}

/** What was typed cannot be done; nothing was. */
export const usageError = (
  code: string,
  message: string,
  hint: string,
  more: Pick<ErrorDetails, 'evidence' | 'cause'> = {},
): MigratorError =>
  new MigratorError({ code, kind: 'usage', message, untouched: 'Nothing was changed.', hint, ...more })
