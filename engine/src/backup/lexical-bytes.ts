/** The bytes that mean something to MariaDB's client, and the two questions about comments. */

export const SINGLE = 0x27
export const DOUBLE = 0x22
export const BACKTICK = 0x60
const BACKSLASH = 0x5c
export const NEWLINE = 0x0a
export const DASH = 0x2d
export const HASH = 0x23
export const SLASH = 0x2f
const STAR = 0x2a
export const OPEN = 0x28
export const CLOSE = 0x29
const BANG = 0x21
const CAPITAL_M = 0x4d

/** A table with 1 at the bytes where a search stops: one look-up a byte is the fastest search there is for short stretches. */
const stopsAt = (...bytes: number[]) => {
  const table = new Uint8Array(256)
  for (const byte of bytes) table[byte] = 1
  return table
}

const IN_SINGLE = stopsAt(SINGLE, BACKSLASH, NEWLINE)
const IN_DOUBLE = stopsAt(DOUBLE, BACKSLASH, NEWLINE)
const IN_BACKTICK = stopsAt(BACKTICK, NEWLINE)
export const inString = (quote: number): Uint8Array =>
  quote === SINGLE ? IN_SINGLE : quote === DOUBLE ? IN_DOUBLE : IN_BACKTICK
export const inText = (delimiter: Buffer): Uint8Array =>
  stopsAt(SINGLE, DOUBLE, BACKTICK, DASH, HASH, SLASH, OPEN, CLOSE, NEWLINE, delimiter[0] ?? 0)

/** Two dashes are a comment only before a blank, a control character or the end. */
export function isDashComment(bytes: Buffer, at: number): boolean {
  return bytes[at] === DASH && bytes[at + 1] === DASH && (bytes[at + 2] ?? 0) <= 0x20
}

/** What stands in an executable comment, `/*!` or `/*M!`, is read as any text. */
export function isPlainComment(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== SLASH || bytes[at + 1] !== STAR) return false
  return bytes[at + 2] !== BANG && !(bytes[at + 2] === CAPITAL_M && bytes[at + 3] === BANG)
}

export function countNewlines(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE, from); at !== -1 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}

/** Where the next byte stands that is neither blank nor the end of a line. */
export function afterBlanks(bytes: Buffer, start: number): number {
  let at = start
  for (; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== NEWLINE && byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) break
  }
  return at
}

/** Enough to see what begins at a byte: the sandbox line, a DELIMITER line. */
export const LOOK_AHEAD = 96
const SANDBOX = /^\/\*M?!999999\\- enable the sandbox mode \*\//
const DELIMITER_LINE = /^delimiter[ \t]+(\S+)[^\n]*/i
const headAt = (bytes: Buffer, at: number) => bytes.subarray(at, at + LOOK_AHEAD).toString('latin1')

/** Length of the line newer mariadb-dump writes to switch the client's shell commands off; 0 when it does not stand here. */
export function sandboxLength(bytes: Buffer, at: number): number {
  return bytes[at] === SLASH ? (SANDBOX.exec(headAt(bytes, at))?.[0].length ?? 0) : 0
}

/** The client's own command, up to the end of its line. */
export function delimiterLine(bytes: Buffer, at: number): { delimiter: Buffer; length: number } | null {
  if (bytes[at] !== 0x44 && bytes[at] !== 0x64) return null
  const [line, delimiter] = DELIMITER_LINE.exec(headAt(bytes, at)) ?? []
  return line === undefined || delimiter === undefined
    ? null
    : { delimiter: Buffer.from(delimiter, 'latin1'), length: line.length }
}
