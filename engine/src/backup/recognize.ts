import type { ContentFormat, Wrapping } from './backup-facts.ts'

const startsWith = (bytes: Buffer, ...magic: number[]) => magic.every((byte, index) => bytes[index] === byte)

/** The compression or encryption a file begins with; null when it is neither gzip, nor zstd, nor OpenPGP encrypted by a passphrase. */
export function wrappingOf(head: Buffer): Wrapping | null {
  if (startsWith(head, 0x1f, 0x8b)) return 'gzip'
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  // RFC 4880 4.2 and 5.3: a packet of tag 3, old or new form, version 4 (5 with AEAD); what `gpg -c` writes.
  const version = head[0] === 0x8d ? head[3] : head[2]
  if ([0x8c, 0x8d, 0xc3].includes(head[0] ?? 0) && (version === 4 || version === 5)) return 'openpgp'
  return head.subarray(0, 27).toString('latin1') === '-----BEGIN PGP MESSAGE-----' ? 'openpgp' : null
}

const OTHER_COMPRESSIONS = [
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x37, 0x7a, 0xbc, 0xaf],
  [0x04, 0x22, 0x4d, 0x18],
  [0x52, 0x61, 0x72, 0x21],
]
const SQL =
  /^(?:--|#|\/\*|CREATE|DROP|INSERT|REPLACE|SET|LOCK|USE|START|BEGIN|DELIMITER|ALTER|GRANT|COMMIT|UNLOCK|DO)(?:[\s!]|$|-|M!)/i

/** What the content is, by its first 64 KiB. */
export function recognizeContent(opening: Buffer): ContentFormat {
  if (opening.length === 0) return 'empty'
  const text = opening.subarray(0, 512).toString('latin1')
  if (text.startsWith('SQLite format 3\0')) return 'sqlite'
  if (text.startsWith('PGDMP')) return 'postgres-archive'
  if (startsWith(opening, 0x50, 0x4b, 0x03, 0x04)) return 'zip'
  if (wrappingOf(opening) !== null) return 'other-compression'
  if (OTHER_COMPRESSIONS.some((magic) => startsWith(opening, ...magic))) return 'other-compression'
  if (text.startsWith('version https://git-lfs')) return 'git-lfs-pointer'
  if (isTarHeader(opening)) return 'tar'
  if (startsWith(opening, 0xff, 0xfe) || startsWith(opening, 0xfe, 0xff)) return 'utf-16'
  if (opening.every((byte) => byte === 0)) return 'zeros'
  const words = text.replace(/^\u00ef\u00bb\u00bf/, '').trimStart()
  if (/^<(?:!doctype|html|\?xml|head|body)/i.test(words)) return 'html'
  if (/^[{[]/.test(words)) return 'json'
  if (/^-- PostgreSQL database dump|^SELECT pg_catalog\./m.test(opening.toString('latin1'))) return 'postgres-sql'
  return SQL.test(words) ? 'sql' : 'unknown'
}

/** A tar header's checksum is the sum of its bytes, its own field taken as blanks (POSIX ustar; GNU and old tar alike). */
function isTarHeader(block: Buffer): boolean {
  if (block.length < 512) return false
  const written = Number.parseInt(
    block
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  )
  return written > 256 && written === headerChecksum(block)
}

export function headerChecksum(block: Buffer): number {
  let sum = 0
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0)
  return sum
}

/** Contents that begin with words nobody needs to hide. */
const SHOWN = new Set<ContentFormat>(['html', 'git-lfs-pointer', 'sql', 'postgres-sql'])

/** What a content begins with, as evidence: a configuration or a row may be secret, so most of it is shown as eight bytes in hex. */
export function shownOpening(content: ContentFormat, opening: Buffer): string {
  const line = opening.subarray(0, 200).toString('utf8').trimStart().split('\n')[0] ?? ''
  if (SHOWN.has(content) && !/^(?:INSERT|REPLACE|SET|GRANT|CREATE\s+USER)\b/i.test(line))
    return line.replace(/[^\x20-\x7e\u00a0-\ufffc]/g, '.').slice(0, 80)
  return opening.subarray(0, 8).toString('hex')
}
