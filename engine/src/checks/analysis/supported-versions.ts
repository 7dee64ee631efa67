/**
 * What goes together, where the bench's own files do not say it: the oldest MariaDB each version of Frappe takes
 * (check_compatible_versions in frappe/database/mariadb/setup_db.py of the branches version-13 to develop), and apps whose major
 * version is that of Frappe (their branches are named alike; erpnext/pyproject.toml asks for it under tool.bench.frappe-dependencies).
 */
const OLDEST_MARIADB: Record<number, [number, number]> = { 13: [10, 3], 14: [10, 3], 15: [10, 6], 16: [10, 6] }

export const majorOf = (version: string | null): number | null => {
  const major = /^v?(\d+)/.exec(version ?? '')?.[1]
  return major === undefined ? null : Number(major)
}

export function oldestMariadb(frappe: string | null): [number, number] | null {
  const major = majorOf(frappe)
  return major === null ? null : (OLDEST_MARIADB[major] ?? null)
}

export const SAME_MAJOR_AS_FRAPPE = new Set(['erpnext', 'hrms'])

/** Whether `3.11.2` lies in `>=3.10,<3.13`, `^18 || >=20`; null for what is not understood. */
export function isInRange(version: string, range: string): boolean | null {
  const alternatives = range.split('||').map((one) => inOne(version, one))
  if (alternatives.includes(true)) return true
  return alternatives.includes(null) ? null : false
}

function inOne(version: string, range: string): boolean | null {
  const parts = [...range.matchAll(/(>=|<=|==|!=|~=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+)*)(\.[*x])?/g)]
  if (parts.length === 0) return /^\s*\*?\s*$/.test(range) ? true : null
  return parts.every(([, sign = '==', wanted = '', wildcard]) => meets(version, sign, wanted, wildcard !== undefined))
}

function meets(version: string, sign: string, wanted: string, wildcard: boolean): boolean {
  const length = wanted.split('.').length
  const order = compare(version, wanted)
  const sameBeginning = compare(version.split('.').slice(0, length).join('.'), wanted) === 0
  switch (sign) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0 || sameBeginning
    case '>':
      return order > 0 && !sameBeginning
    case '<':
      return order < 0
    case '!=':
      return wildcard ? !sameBeginning : order !== 0
    case '^':
      return order >= 0 && majorOf(version) === majorOf(wanted)
    case '~':
    case '~=':
      return (
        order >= 0 &&
        compare(
          version
            .split('.')
            .slice(0, Math.max(1, length - 1))
            .join('.'),
          wanted
            .split('.')
            .slice(0, Math.max(1, length - 1))
            .join('.'),
        ) === 0
      )
    default:
      return sameBeginning
  }
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0))
  for (let at = 0; at < Math.max(a?.length ?? 0, b?.length ?? 0); at += 1) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
