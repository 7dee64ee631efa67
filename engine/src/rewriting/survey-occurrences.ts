import { availableParallelism } from 'node:os'
import type { SiteDatabase } from '../database/site-database.ts'
import type { ColumnRule } from '../rewrite/fields/column-rule.ts'
import type { HostRule } from '../rewrite/host-rule.ts'
import { maskSample } from '../rewrite/mask-sample.ts'
import { needlesFor } from '../rewrite/needles.ts'
import { cellOf, rowLabel } from './collect-cells.ts'
import { addCell, type ColumnOccurrences, noOccurrences, ruleLabel } from './column-occurrences.ts'
import { HOSTED, hostedNamesIn } from './hosted-names.ts'
import { targetsOf } from './rule-targets.ts'
import { type FoundValue, type SearchOptions, searchValues } from './search-values.ts'

/** Values of rewritable columns that link to a name which is not rewritten. */
export interface OtherName {
  host: string
  values: number
  samples: string[]
}

export interface Occurrences {
  columns: ColumnOccurrences[]
  /** Bytes of the values that change, for the disk formula. */
  valueBytes: number
  /** Every name that was to be counted, and names the site seems to have had before (x.frappe.cloud), most frequent first. */
  others: OtherName[]
  /** Names to be rewritten that stand nowhere. */
  absent: string[]
}

/** What is looked for beside the names that are rewritten. */
export interface SurveyedNames {
  hosts: HostRule[]
  /** Names that are counted only. */
  others: string[]
  target: string
}

const SAMPLES = 3
/** How many hosted names are told: one site has had one or two. */
const HOSTED_NAMES = 3
/** How many are remembered while looking: content may link to many sites of others. */
const REMEMBERED_NAMES = 500

/** Counts what the rules find of all names in one pass over the database, with masked samples; reads only. */
export async function surveyOccurrences(
  database: SiteDatabase,
  rules: ColumnRule[],
  names: SurveyedNames,
  options: Omit<SearchOptions, 'parallel'>,
): Promise<Occurrences> {
  const { targets, ruleOf } = targetsOf(
    rules.filter((rule) => rule.action !== 'never'),
    await database.tables(),
  )
  const columns = new Map<string, ColumnOccurrences>()
  const others = otherNames(names)
  const absent = new Map(names.hosts.map((host) => [host.from, [host]]))
  let valueBytes = 0
  const needles = [...names.hosts.map(({ from }) => from), ...names.others].flatMap(needlesFor)
  const wanted = [...new Set([...needles, HOSTED])].filter(
    (needle, _index, all) => !all.some((other) => other !== needle && needle.includes(other)),
  )
  const values = searchValues(database, targets, wanted, { ...options, parallel: availableParallelism() })
  for await (const found of values) {
    const rule = ruleOf(found.rule)
    if (!rule) continue
    const cell = names.hosts.length > 0 ? cellOf(found, names.hosts) : null
    if (cell) {
      const key = `${rule.action} ${ruleLabel(rule)}`
      const column = columns.get(key) ?? noOccurrences(rule)
      columns.set(key, column)
      addCell(column, cell)
      for (const [from, alone] of absent) if (cellOf(found, alone) !== null) absent.delete(from)
      if (rule.action === 'rewrite' && cell.rewritten.changed.length > 0) valueBytes += cell.before.length
    }
    if (rule.action === 'rewrite') others.add(found, ruleLabel(rule))
  }
  return {
    columns: [...columns.values()].sort((one, other) => (one.label < other.label ? -1 : 1)),
    valueBytes,
    others: others.found(),
    absent: [...absent.keys()],
  }
}

/** Counts the names that are not rewritten. */
function otherNames({ hosts, others, target }: SurveyedNames) {
  type Counted = OtherName & { rules: HostRule[] }
  const named = (host: string): Counted => {
    // A name that is rewritten where it has a certain port: only its other places count.
    const elsewhere = hosts
      .filter(({ from }) => from === host)
      .map(({ toUrl: _, ...rule }) => ({ ...rule, to: rule.from }))
    return { host, values: 0, samples: [], rules: [...elsewhere, { from: host, to: target }] }
  }
  const counted = new Map(others.map((host) => [host, named(host)]))
  const hosted = new Map<string, Counted>()
  const own = new Set([target, ...others, ...hosts.map(({ from }) => from)])
  const add = (found: FoundValue, label: string, name: Counted) => {
    const cell = cellOf(found, name.rules)
    const [first] = cell?.rewritten.changed ?? []
    if (!first) return
    name.values += 1
    if (name.samples.length < SAMPLES)
      name.samples.push(`${label} ${rowLabel(found.match)}: ${maskSample(found.value, first)}`)
  }
  return {
    add: (found: FoundValue, label: string) => {
      for (const name of counted.values()) add(found, label, name)
      for (const host of hostedNamesIn(found.value)) {
        if (own.has(host) || (!hosted.has(host) && hosted.size >= REMEMBERED_NAMES)) continue
        const name = hosted.get(host) ?? named(host)
        hosted.set(host, name)
        add(found, label, name)
      }
    },
    found: (): OtherName[] => {
      const byValues = (names: Iterable<Counted>): OtherName[] =>
        [...names].map(({ rules: _, ...name }) => name).sort((one, other) => other.values - one.values)
      return [
        ...byValues(counted.values()),
        ...byValues(hosted.values())
          .filter(({ values }) => values > 0)
          .slice(0, HOSTED_NAMES),
      ]
    },
  }
}
