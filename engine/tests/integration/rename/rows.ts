/** Whole databases compared cell by cell. */
import type { CellUpdate, Row, SiteDatabase } from '../../../src/database/site-database.ts'

export interface Cell {
  table: string
  match: CellUpdate['match']
  column: string
}

export type Rows = Map<string, Map<string, Row>>

export const cellName = ({ table, match, column }: Cell): string =>
  `${table} ${Object.entries(match)
    .sort()
    .map(([key, value]) => `${key}=${value}`)
    .join(',')} ${column}`

/** Every row of every table, by table and key. Rows of tables without a key, and of tabSingles twice under one key, are counted too. */
export async function allRows(database: SiteDatabase): Promise<Rows> {
  const found: Rows = new Map()
  for (const { name, primaryKey } of await database.tables()) {
    const keys = (name === 'tabSingles' ? ['doctype', 'field'] : [...primaryKey]).sort()
    const rows = new Map<string, Row>()
    for (const row of await database.read(`SELECT * FROM \`${name}\``)) {
      const key = keys.length ? keys.map((column) => `${column}=${row[column]}`).join(',') : JSON.stringify(row)
      let free = key
      for (let again = 2; rows.has(free); again += 1) free = `${key} (${again})`
      rows.set(free, row)
    }
    found.set(name, rows)
  }
  return found
}

const shown = (value: unknown): string =>
  value === null ? 'NULL' : Buffer.isBuffer(value) ? value.toString('hex') : `=${value}`

/** Names of all cells that differ between two states; rows that came or went are named too. */
export function differences(before: Rows, after: Rows): string[] {
  const found: string[] = []
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(table) ?? new Map<string, Row>(), after.get(table) ?? new Map<string, Row>()]
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const [one, other] = [old.get(key), now.get(key)]
      if (!one || !other) found.push(`${table} ${key} ${one ? 'gone' : 'new'}`)
      else
        for (const column of Object.keys(one))
          if (shown(one[column]) !== shown(other[column])) found.push(`${table} ${key} ${column}`)
    }
  }
  return found.sort()
}

export async function cellValue(database: SiteDatabase, { table, match, column }: Cell): Promise<string | null> {
  const names = Object.keys(match)
  const where = names.map((name) => `\`${name}\` = ?`).join(' AND ')
  const [row] = await database.read(
    `SELECT \`${column}\` AS value FROM \`${table}\` WHERE ${where}`,
    names.map((name) => String(match[name] ?? '')),
  )
  const value = row?.['value'] ?? null
  return value === null ? null : String(value)
}
