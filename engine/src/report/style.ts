import type { WriteStream } from 'node:tty'

/** How text is set off; plain where nobody looks at a terminal. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

const as = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`
const asIs = (text: string): string => text

export const plainStyle: Style = { bold: asIs, dim: asIs, good: asIs, warn: asIs, bad: asIs }

const colored: Style = { bold: as(1, 22), dim: as(2, 22), good: as(32, 39), warn: as(33, 39), bad: as(31, 39) }

/** Color only on a terminal that wants it (no-color.org). */
export function terminalStyle(stream: Pick<WriteStream, 'isTTY'>): Style {
  const refused = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb'
  return stream.isTTY === true && !refused ? colored : plainStyle
}
