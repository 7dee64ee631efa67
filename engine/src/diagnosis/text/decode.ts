import { isUtf8 } from 'node:buffer'

const utf8 = new TextDecoder('utf-8')
/** What a program that does not write UTF-8 writes, most likely. */
const western = new TextDecoder('windows-1252')
const NEWLINE = 10

/** Bytes as text. Lines that are no UTF-8 are taken for Western European ones. */
export function decode(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return utf8.decode(bytes)
  const lines: string[] = []
  for (let from = 0; from <= bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from)
    const line = bytes.subarray(from, newline === -1 ? bytes.length : newline)
    lines.push((isUtf8(line) ? utf8 : western).decode(line))
    from = newline === -1 ? bytes.length + 1 : newline + 1
  }
  return lines.join('\n')
}

/** PowerShell writes UTF-16 when output is redirected. null: something else. */
export function utf16Of(start: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  const pairs = Math.min(256, start.length >> 1)
  let zeros = 0
  for (let pair = 0; pair < pairs; pair++) if (start[2 * pair] !== 0 && start[2 * pair + 1] === 0) zeros++
  return pairs >= 8 && zeros > pairs * 0.8 ? 'utf-16le' : null
}

/** Of bytes that are looked at, this many may be no text. A log that lost its end to a power cut holds many zeros, which do not count. */
const MOST_CONTROLS = 0.05

/** Whether this is no text at all: a dump, a picture, a compressed file. */
export function isBinary(start: Uint8Array): boolean {
  let controls = 0
  let others = 0
  for (const byte of start) {
    if (byte === 0) continue
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27 && byte !== 12 && byte !== 8) controls++
    else others++
  }
  if (others === 0) return controls > 0 || start.length > 0
  return controls / (controls + others) > MOST_CONTROLS
}
