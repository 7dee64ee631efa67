import { quoteName } from '../database/mariadb/identifiers.ts'
import type { Row, SiteDatabase } from '../database/site-database.ts'
import type { Check } from './check.ts'
import { readDocTypes } from './doctype-metadata.ts'
import { firstOf } from './shown-names.ts'

const NUMBERED_BY_SERVER = `
SELECT t.table_name AS name, t.auto_increment AS next, c.column_name AS number
FROM information_schema.tables t JOIN information_schema.columns c
  ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.extra LIKE '%auto_increment%'
WHERE t.table_schema = DATABASE() AND t.auto_increment IS NOT NULL`

const SEQUENCES =
  "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'"

/** A counter with what it gives next and the highest number that is taken; `next` null when the counter is missing. */
interface Counter {
  counter: string
  table: string
  next: bigint | null
  highest: bigint
}

/**
 * Whether the next number of every counter is free: AUTO_INCREMENT columns, and the sequences of DocTypes that number their documents
 * (`<doctype>_id_seq`, frappe/database/sequence.py). A dump that lost its SETVAL gives numbers that are taken: nothing new can be saved.
 */
export const nextNumbers: Check = {
  id: 'next-numbers',
  title: 'The next number of every counter is free',
  run: async (context) => {
    const database = await context.database()
    if (database.kind !== 'mariadb')
      return { status: 'not-applicable', critical: false, evidence: 'this kind of database counts by its rows' }
    const counters = [...(await serverCounters(database)), ...(await sequences(database))]
    const wrong = counters.filter(({ next, highest }) => next === null || next <= highest)
    const evidence = `${counters.length} counters`
    if (wrong.length === 0) return { status: 'passed', critical: true, evidence }
    const words = wrong.map(({ counter, table, next, highest }) =>
      next === null ? `${counter} is missing (${table})` : `${counter} gives ${next}, ${table} goes to ${highest}`,
    )
    const [first] = wrong
    return {
      status: 'failed',
      critical: true,
      evidence: `${evidence}; ${firstOf(words)}`,
      remedy: first && `Set it in bench --site SITE mariadb: ${repair(first)}`,
    }
  },
}

function repair({ counter, table, next, highest }: Counter): string {
  if (next === null) return `CREATE SEQUENCE \`${counter}\` START WITH ${highest + 1n} NOCACHE NOCYCLE;`
  return counter === table
    ? `ALTER TABLE \`${table}\` AUTO_INCREMENT = ${highest + 1n};`
    : `SELECT SETVAL(\`${counter}\`, ${highest + 1n}, 0);`
}

/** One question after the other: each that is asked beside another takes a connection of its own. */
async function serverCounters(database: SiteDatabase): Promise<Counter[]> {
  const counters: Counter[] = []
  for (const row of await database.read(NUMBERED_BY_SERVER)) {
    const table = String(row['name'])
    const highest = await highestOf(database, table, String(row['number']))
    counters.push({ counter: table, table, next: whole(row['next']), highest })
  }
  return counters
}

async function sequences(database: SiteDatabase): Promise<Counter[]> {
  const tables = await database.tables()
  // A DocType may say so while its table still has names of text: Frappe's change of the rule came after its documents.
  const numeric = new Set(
    tables
      .filter(({ columns }) => columns.some(({ name, dataType }) => name === 'name' && /int$/.test(dataType)))
      .map(({ name }) => name),
  )
  const there = new Set((await database.read(SEQUENCES)).map((row) => String(row['name']).toLowerCase()))
  const counters: Counter[] = []
  for (const { name, table, numbered } of await readDocTypes(database, tables)) {
    if (!numbered || !numeric.has(table)) continue
    // frappe.scrub: blanks and hyphens become underscores, everything lower case.
    const counter = `${name.replace(/[ -]/g, '_').toLowerCase()}_id_seq`
    const highest = await highestOf(database, table, 'name')
    // Selecting from a sequence reads it; only NEXTVAL moves it.
    const [row] = there.has(counter)
      ? await database.read(`SELECT next_not_cached_value AS next FROM ${quoteName(counter)}`)
      : []
    counters.push({ counter, table, next: row === undefined ? null : whole(row['next']), highest })
  }
  return counters
}

async function highestOf(database: SiteDatabase, table: string, column: string): Promise<bigint> {
  const [row] = await database.read(`SELECT MAX(${quoteName(column)}) AS highest FROM ${quoteName(table)}`)
  return whole(row?.['highest'])
}

/** Drivers give large integers as text or bigint. */
const whole = (value: Row[string] | undefined): bigint =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? BigInt(value) : 0n
