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

/** Four letters in front of a check. */
export function marks(style: Style): Record<string, string> {
  return {
    passed: style.good('ok  '),
    failed: style.bad('FAIL'),
    warning: style.warn('warn'),
    'not-applicable': style.dim('n/a '),
  }
}

/** Pieces of a text around every place where the host stands, whatever its letter case: the odd ones are the host. */
export function splitAtHost(text: string, host: string): string[] {
  const parts: string[] = []
  const lower = text.toLowerCase()
  const wanted = host.toLowerCase()
  // Lower-casing can change a text's length (İ): then places cannot be told, and plain text is right.
  if (wanted === '' || lower.length !== text.length) return [text]
  let from = 0
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + host.length))
    from = at + host.length
  }
  return [...parts, text.slice(from)]
}

export const highlighted = (text: string, host: string, paint: (text: string) => string): string =>
  splitAtHost(text, host)
    .map((part, index) => (index % 2 ? paint(part) : part))
    .join('')

/** A title and its lines; nothing where there are none. */
export const section = (title: string, lines: string[], style: Style): string =>
  lines.length ? [style.bold(title), ...lines].join('\n') : ''
