import type { FaultResult } from './fault.ts'

const mark = (value: boolean | null): string => (value === null ? '-' : value ? 'yes' : 'NO')

function share(results: FaultResult[], of: (result: FaultResult) => boolean | null): string {
  const asked = results.flatMap((result) => of(result) ?? [])
  const passed = asked.filter((value) => value).length
  return `${passed} of ${asked.length}${asked.length === 0 ? '' : ` (${Math.round((100 * passed) / asked.length)} %)`}`
}

export const tableHead = [
  '| fault | named | found | repaired | only that | restored | first cause |',
  '|---|---|---|---|---|---|---|',
].join('\n')

export const tableRow = ({ name, late, named, found, repaired, onlyTouched, restored, first }: FaultResult): string => {
  const marks = [named, found, repaired, onlyTouched, restored].map(mark)
  return `| ${[name + (late ? ' *' : ''), ...marks, first.replaceAll(/\s+/g, ' ').slice(0, 60)].join(' | ')} |`
}

function ratiosOf(title: string, some: FaultResult[]): string[] {
  if (some.length === 0) return []
  const asked = (of: (result: FaultResult) => boolean) =>
    share(some, (result) => (result.named === null ? null : of(result)))
  return [
    `${title}: ${some.length}`,
    `  named first, with the bench: ${asked(({ named }) => named === true)}; the very entry: ${asked(({ exact }) => exact)}; from the text alone: ${asked(({ namedFromTextAlone }) => namedFromTextAlone)}`,
    `  found by analyze-site: ${share(some, ({ found }) => found)}`,
    `  repaired and proven: ${share(some, ({ repaired }) => repaired)}; nothing else changed: ${share(some, ({ onlyTouched }) => onlyTouched)}; fault restored by rollback: ${share(some, ({ restored }) => restored)}`,
  ]
}

/** How many of each; those added last apart. */
export const ratios = (results: FaultResult[]): string =>
  [
    ...ratiosOf(
      'Faults',
      results.filter(({ late }) => !late),
    ),
    ...ratiosOf(
      'Faults added last, without looking at the rules (*)',
      results.filter(({ late }) => late),
    ),
  ].join('\n')
