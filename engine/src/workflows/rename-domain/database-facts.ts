import type { SiteDatabase, TableSchema } from '../../database/site-database.ts'
import { classifySchema } from '../../rewrite/fields/classify-schema.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { outsideDocTypes } from '../../rewrite/fields/outside-systems.ts'
import { findHostedNames } from '../../rewriting/hosted-names.ts'
import { readSiteSchema, schemaFingerprint } from '../../rewriting/site-schema.ts'
import { type Occurrences, surveyOccurrences } from '../../rewriting/survey-occurrences.ts'
import type { RenameNames } from './names.ts'
import { switchRules } from './plan-rewrite.ts'
import type { RenameRequest } from './request.ts'

/** What the plan needs to know of the site's database; read by `surveyDatabase`, then everything is pure. */
export interface DatabaseFacts {
  label: string
  kind: 'mariadb' | 'sqlite'
  tables: TableSchema[]
  totalBytes: number
  fingerprint: string
  rules: ColumnRule[]
  unknownSwitches: string[]
  fixedSwitches: { name: string; reason: string }[]
  occurrences: Occurrences
  /** Values that name one of the site's other names, by name. */
  others: { host: string; values: number; samples: string[] }[]
  doctypesWithRows: ReadonlySet<string>
}

export interface DatabaseSurveyOptions {
  signal?: AbortSignal
  onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
}

/** Reads schema, rules and occurrences; changes nothing. */
export async function surveyDatabase(
  database: SiteDatabase,
  names: RenameNames,
  request: RenameRequest,
  options: DatabaseSurveyOptions,
): Promise<DatabaseFacts> {
  const schema = await readSiteSchema(database)
  const { rules, unknown, fixed } = switchRules(classifySchema(schema), request)
  const tables = await database.tables()
  return {
    label: database.label,
    kind: database.kind,
    tables,
    totalBytes: await database.totalBytes(),
    fingerprint: schemaFingerprint(schema),
    rules,
    unknownSwitches: unknown,
    fixedSwitches: fixed,
    occurrences: await surveyOccurrences(database, rules, names.hosts, options),
    others: await surveyOthers(database, names, rules, options),
    doctypesWithRows: await docTypesInUse(database, schema.docTypes, new Set(tables.map((table) => table.name))),
  }
}

/** How many hosted names are looked at: one site has had one or two. */
const HOSTED_NAMES = 3

/** The site's other names, and names it seems to have had before (www., x.frappe.cloud): counted, and off until named. */
async function surveyOthers(
  database: SiteDatabase,
  names: RenameNames,
  rules: ColumnRule[],
  options: DatabaseSurveyOptions,
): Promise<DatabaseFacts['others']> {
  const own = new Set([names.source.host, names.target, ...names.hosts.map((rule) => rule.from)])
  const hosted = await findHostedNames(database, rules, options.signal)
  const candidates = [
    ...names.others.map((name) => name.host),
    `www.${names.source.host}`,
    ...hosted.slice(0, HOSTED_NAMES).map(({ host }) => host),
  ].filter((host) => !own.has(host))
  const rewritable = rules.filter((rule) => rule.action === 'rewrite')
  const counted: DatabaseFacts['others'] = []
  for (const host of new Set([...candidates, ...(names.ambiguous ? [names.ambiguous] : [])])) {
    const { columns } = await surveyOccurrences(database, rewritable, [{ from: host, to: names.target }], options)
    const values = columns.reduce((sum, column) => sum + column.values, 0)
    const samples = columns.flatMap((column) =>
      column.samples.map((sample) => `${column.label} ${sample.row}: ${sample.before}`),
    )
    if (values > 0) counted.push({ host, values, samples: samples.slice(0, 3) })
  }
  return counted
}

/** DocTypes that are set up: those with rows; Singles with at least one filled field. */
async function docTypesInUse(
  database: SiteDatabase,
  docTypes: { name: string; single: boolean }[],
  tables: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const wanted = new Set(outsideDocTypes())
  const found = new Set<string>()
  for (const { name, single } of docTypes) {
    if (!wanted.has(name)) continue
    if (single) {
      const rows = await database.read(
        "SELECT field FROM tabSingles WHERE doctype = ? AND field LIKE 'enable%' AND value = '1' LIMIT 1",
        [name],
      )
      if (rows.length) found.add(name)
    } else if (tables.has(`tab${name}`)) {
      const rows = await database.read(`SELECT 1 AS one FROM \`tab${name}\` LIMIT 1`)
      if (rows.length) found.add(name)
    }
  }
  return found
}
