import type { TargetColumn } from './targets.ts'

type Limits = Pick<TargetColumn, 'maximumCharacters' | 'byteLimit'>

/** Whether a value is longer than its column holds: in characters (`varchar`), or in bytes of the column's character set (`text`). */
export function overflows(value: string, { maximumCharacters, byteLimit }: Limits): boolean {
  // A column's length counts characters, not UTF-16 units.
  if (maximumCharacters !== null && value.length > maximumCharacters && [...value].length > maximumCharacters)
    return true
  return byteLimit !== undefined && bytesIn(value, byteLimit.characterSet) > byteLimit.bytes
}

/** Sets with several lengths beside UTF-8 (sjis, gbk) need at most what UTF-8 needs: counted as that, nothing too long passes. */
function bytesIn(value: string, characterSet: string | null): number {
  const set = characterSet ?? 'utf8mb4'
  if (/^(ucs2|utf16)/.test(set)) return 2 * value.length
  if (set === 'utf32') return 4 * [...value].length
  const isSingle = /^(ascii|latin\d|cp\d+|koi8|greek|hebrew|armscii8|geostd8|swe7|dec8|hp8|keybcs2|mac|tis620)/.test(
    set,
  )
  return isSingle && set !== 'cp932' ? [...value].length : Buffer.byteLength(value)
}
