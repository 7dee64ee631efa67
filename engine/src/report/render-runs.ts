import type { RunSummary } from '../execution/run-directory.ts'
import type { Style } from './style.ts'

/** The runs of a bench, oldest first. */
export function renderRuns(runs: RunSummary[], style: Style): string {
  if (runs.length === 0) return 'There is no run on this bench.'
  return runs
    .map(({ run, state, plan }) => {
      const what = plan.command === 'cleanup' ? 'cleanup' : `${plan.site.oldName} → ${plan.site.newName}`
      return `${style.bold(run.id)}  ${state.padEnd(12)}  ${what}`
    })
    .join('\n')
}
