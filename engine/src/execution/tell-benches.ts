import { syncPointers } from './elsewhere.ts'
import type { RunEnvironment } from './environment.ts'
import type { RunState } from './journal.ts'
import type { Plan } from './plan.ts'
import type { RunDirectory } from './run-directory.ts'

/** What the run has done stands, whether or not its benches can be told: that is a warning, and the next command of the run tells them. */
export async function tellBenches(
  environment: Pick<RunEnvironment, 'place' | 'onEvent'>,
  run: RunDirectory,
  plan: Plan,
  state: RunState,
): Promise<void> {
  try {
    await syncPointers(environment, run, plan, state)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    environment.onEvent({
      event: 'warning',
      message: `The benches could not be told that run ${run.id} is ${state}: ${reason}. The next command of this run tells them.`,
    })
  }
}
