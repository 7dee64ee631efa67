import type { DamagedRun } from '../execution/all-runs.ts'
import type { Elsewhere } from '../execution/elsewhere.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { whatOf } from '../execution/run-words.ts'
import type { Style } from './style.ts'

/**
 * The runs of a bench, oldest first: id, when (UTC), state, site; then those that are kept elsewhere.
 * @param ways what is typed where each of the latter is
 */
export function renderRuns(
  runs: (RunSummary | DamagedRun)[],
  style: Style,
  elsewhere: readonly Elsewhere[] = [],
  ways: readonly string[] = [],
): string {
  const there = elsewhere.map(
    ({ run, what, unfinished, machine, user }, index) =>
      `${style.bold(run)}  ${what}, ${unfinished ? style.warn('not finished') : style.good('done')}: kept on ${machine.name} by ${user}\n  → ${ways[index] ?? ''}`,
  )
  if (runs.length === 0 && there.length > 0) return there.join('\n')
  if (runs.length === 0) return 'There is no run on this bench.'
  const { good, warn, bad, dim } = style
  const paint = {
    ...{ done: good, attention: bad, running: warn, 'rolling-back': warn },
    ...{ planned: dim, 'rolled-back': dim, retired: dim, damaged: bad },
  }
  const width = Math.max(...runs.map(({ run }) => run.id.length))
  const here = runs.map((listed) => {
    const { run, state } = listed
    const when = begun(listed).slice(0, 16).replace('T', ' ')
    return `${style.bold(run.id.padEnd(width))}  ${when} UTC  ${paint[state](state.padEnd(12))}  ${told(listed)}`
  })
  return [...here, ...there].join('\n')
}

function begun(listed: RunSummary | DamagedRun): string {
  const first = listed.state === 'damaged' ? undefined : listed.lines[0]?.time
  return first ?? listed.plan?.createdAt ?? '?'.padEnd(16)
}

const told = ({ plan }: RunSummary | DamagedRun): string => (plan === null ? 'its plan cannot be read' : whatOf(plan))
