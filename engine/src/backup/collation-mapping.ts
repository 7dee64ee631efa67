/** Which collations a server knows, and what stands in for one it does not know. */

/** A name of a collation or character set, as definitions write it. */
export const COLLATION_NAME =
  /^(?:utf8mb4|utf8mb3|utf8|ucs2|utf16(?:le)?|utf32|latin1|ascii|binary)_\w+$|^uca1400_\w+$/i

const versionOf = (version: string): number[] => {
  // A MariaDB server may announce itself as 5.5.5-10.11.6-MariaDB.
  const [, major = '0', minor = '0', patch = '0'] = /^(?:5\.5\.5-)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return [Number(major), Number(minor), Number(patch)]
}

/** true when `version` is `least` or newer: `isAtLeast('10.11.6-MariaDB', '10.10')`. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [versionOf(version), versionOf(least)]
  for (const [index, part] of want.entries()) {
    const own = have[index] ?? 0
    if (own !== part) return own > part
  }
  return true
}

export interface CollationTarget {
  /** As `SELECT VERSION()` answers. */
  serverVersion?: string | undefined
  /** Full names of all it knows (information_schema.COLLATION_CHARACTER_SET_APPLICABILITY, FULL_COLLATION_NAME). */
  collations?: ReadonlySet<string> | undefined
}

/**
 * Whether the target knows a collation. Without its own list the version decides: MariaDB has the UCA 14.0.0 collations from 10.10.1
 * (MDEV-27009) and MySQL 8's utf8mb4_0900_* as aliases from 11.4.5 (MDEV-20912), to be sure only from 11.8 on here.
 */
export function isKnownCollation(name: string, target: CollationTarget): boolean {
  const lower = name.toLowerCase()
  if (target.collations !== undefined) return target.collations.has(lower)
  if (target.serverVersion === undefined) return true
  if (lower.includes('uca1400_')) return isAtLeast(target.serverVersion, '10.10.1')
  if (lower.includes('_0900_')) return isAtLeast(target.serverVersion, '11.8')
  if (lower.startsWith('utf8mb3_')) return isAtLeast(target.serverVersion, '10.6.1')
  return true
}

/** The collation that stands in: Frappe's own utf8mb4_unicode_ci, a binary one where letter case or accents count. */
export function standInFor(name: string): string {
  const lower = name.toLowerCase()
  const characterSet = lower.startsWith('uca1400_') ? 'utf8mb4' : (lower.split('_')[0] ?? 'utf8mb4')
  if (characterSet === 'utf8mb3' && !/uca1400|0900/.test(lower)) return lower.replace('utf8mb3', 'utf8')
  const family = characterSet === 'utf8mb3' ? 'utf8' : characterSet
  return /_as_c[si]|_cs$|_bin$|_as$/.test(lower) ? `${family}_bin` : `${family}_unicode_ci`
}

/** What a filter replaces, for the collations a dump names. */
export function collationMapping(names: Iterable<string>, target: CollationTarget): Map<string, string> {
  const unknown = [...names].map((name) => name.toLowerCase()).filter((name) => !isKnownCollation(name, target))
  return new Map(unknown.map((name) => [name, standInFor(name)]))
}
