import type { SiteDatabase, TableSchema } from '../../database/site-database.ts'
import { classifySchema } from '../../rewrite/fields/classify-schema.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { outsideDocTypes } from '../../rewrite/fields/outside-systems.ts'
import { readSiteSchema } from '../../rewriting/site-schema.ts'
import { type Occurrences, surveyOccurrences } from '../../rewriting/survey-occurrences.ts'
import type { RenameNames } from './names.ts'
import { switchRules } from './plan-rewrite.ts'
import type { RenameRequest } from './request.ts'
import { rowsWithoutKey } from './rows-without-key.ts'

/** What the plan needs to know of the site's database; read by `surveyDatabase`, then everything is pure. */
export interface DatabaseFacts {
  label: string
  kind: 'mariadb' | 'sqlite'
  tables: TableSchema[]
  totalBytes: number
  rules: ColumnRule[]
  occurrences: Occurrences
  /** Rows left alone because their table has no primary key, by table. */
  rowsWithoutKey: ReadonlyMap<string, number>
  doctypesWithRows: ReadonlySet<string>
}

export interface DatabaseSurveyOptions {
  signal?: AbortSignal
  onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
}

/**
 * Reads schema, rules and occurrences; changes nothing.
 * @throws MigratorError `unknown-column`, `column-fixed`, before the search
 */
export async function surveyDatabase(
  database: SiteDatabase,
  names: RenameNames,
  request: RenameRequest,
  options: DatabaseSurveyOptions,
): Promise<DatabaseFacts> {
  const schema = await readSiteSchema(database)
  const rules = switchRules(classifySchema(schema), request)
  const tables = await database.tables()
  return {
    label: database.label,
    kind: database.kind,
    tables,
    totalBytes: await database.totalBytes(),
    rules,
    occurrences: await surveyOccurrences(
      database,
      rules,
      { hosts: names.hosts, others: countedNames(names), target: names.target },
      options,
    ),
    rowsWithoutKey: await rowsWithoutKey(
      database,
      rules,
      names.hosts.map(({ from }) => from),
    ),
    doctypesWithRows: await docTypesInUse(database, schema.docTypes, new Set(tables.map((table) => table.name))),
  }
}

/**
 * Names that are counted, and off until they are named: the site's others, www. of the old one, the old one where only its
 * occurrences with a port are rewritten, one too common to follow unasked.
 */
function countedNames({ source, target, hosts, others, ambiguous }: RenameNames): string[] {
  const whole = new Set([target, ...hosts.filter(({ fromPort }) => fromPort === undefined).map(({ from }) => from)])
  const candidates = [
    ...others.map((name) => name.host),
    ...(source.port === null ? [] : [source.host]),
    `www.${source.host}`,
  ]
  return [...new Set([...candidates.filter((host) => !whole.has(host)), ...(ambiguous === null ? [] : [ambiguous])])]
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
