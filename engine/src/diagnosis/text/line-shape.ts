/** A line is known by its beginning. */
const LONGEST = 400
const NUMBER = 48

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
const isWord = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte >= 128

const mixed = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193)

/**
 * A number for the shape of a line: the same for lines that differ in numbers, dates, hexadecimal names and process
 * ids only. Words that hold a digit count as a number.
 */
export function lineShape(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + LONGEST)
  let hash = 0x811c9dc5
  let before = hash
  let inWord = false
  let numeric = false
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (isWord(byte)) {
      if (!inWord) {
        before = hash
        numeric = false
        inWord = true
      }
      if (isDigit(byte)) numeric = true
      hash = mixed(hash, byte)
    } else {
      if (inWord && numeric) hash = mixed(before, NUMBER)
      inWord = false
      if (byte !== 32 && byte !== 9) hash = mixed(hash, byte)
    }
  }
  return inWord && numeric ? mixed(before, NUMBER) : hash
}
