/** The run was asked to stop and stopped at a safe point. */
export class Interrupted extends Error {
  /** SIGINT, SIGTERM … */
  readonly by: string
  readonly byKeyboard: boolean

  constructor(signal: AbortSignal) {
    const by = typeof signal.reason === 'string' ? signal.reason : 'a stop request'
    super(`Stopped by ${by}.`)
    this.by = by
    this.byKeyboard = by === 'SIGINT'
  }
}
