import type { RunSummary } from '../execution/run-directory.ts'
import { whatOf } from '../execution/start-run.ts'
import type { Style } from './style.ts'

/** The runs of a bench, oldest first: id, when (UTC), state, site. */
export function renderRuns(runs: RunSummary[], style: Style): string {
  if (runs.length === 0) return 'There is no run on this bench.'
  const { good, warn, bad, dim } = style
  const paint = {
    ...{ done: good, attention: bad, running: warn, 'rolling-back': warn },
    ...{ planned: dim, 'rolled-back': dim, retired: dim },
  }
  const width = Math.max(...runs.map(({ run }) => run.id.length))
  return runs
    .map(({ run, state, plan, lines }) => {
      const when = (lines[0]?.time ?? plan.createdAt).slice(0, 16).replace('T', ' ')
      return `${style.bold(run.id.padEnd(width))}  ${when} UTC  ${paint[state](state.padEnd(12))}  ${whatOf(plan)}`
    })
    .join('\n')
}
