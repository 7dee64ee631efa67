import type { FaultResult } from './fault.ts'

const mark = (value: boolean | null): string => (value === null ? '-' : value ? 'yes' : 'NO')

function share(results: FaultResult[], of: (result: FaultResult) => boolean | null): string {
  const asked = results.flatMap((result) => of(result) ?? [])
  const passed = asked.filter((value) => value).length
  return `${passed} of ${asked.length}${asked.length === 0 ? '' : ` (${Math.round((100 * passed) / asked.length)} %)`}`
}

/** What became of every fault, and how many of each; those added last apart. */
export function resultTable(results: FaultResult[]): string {
  const rows = results.map(({ name, late, named, found, repaired, onlyTouched, restored, first }) =>
    [
      name + (late ? ' *' : ''),
      mark(named),
      mark(found),
      mark(repaired),
      mark(onlyTouched),
      mark(restored),
      first,
    ].join(' | '),
  )
  const ratios = (title: string, some: FaultResult[]): string[] =>
    some.length === 0
      ? []
      : [
          `${title}: ${some.length}`,
          `  named first, with the bench: ${share(some, ({ named }) => named)}; the very entry: ${share(some, ({ named, exact }) => (named === null ? null : exact))}; from the text alone: ${share(some, ({ named, namedFromTextAlone }) => (named === null ? null : namedFromTextAlone))}`,
          `  found by analyze-site: ${share(some, ({ found }) => found)}`,
          `  repaired and proven: ${share(some, ({ repaired }) => repaired)}; nothing else changed: ${share(some, ({ onlyTouched }) => onlyTouched)}; fault restored by rollback: ${share(some, ({ restored }) => restored)}`,
        ]
  return [
    '| fault | named | found | repaired | only that | restored | first cause |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    ...ratios(
      'Faults',
      results.filter(({ late }) => !late),
    ),
    ...ratios(
      'Faults added last, without looking at the rules (*)',
      results.filter(({ late }) => late),
    ),
  ].join('\n')
}
