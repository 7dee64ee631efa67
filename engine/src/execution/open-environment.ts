import { noOtherPlace } from '../bench/place.ts'
import { changeKinds } from '../changes/registry.ts'
import { checkKinds } from '../checks/registry.ts'
import type { Host } from '../host/host.ts'
import type { RunEnvironment, RunSecrets } from './environment.ts'
import type { Plan } from './plan.ts'
import { placeOfPlan } from './run-place.ts'

type Attended = Pick<RunEnvironment, 'interactive' | 'ask' | 'stop' | 'onEvent' | 'onConflict'> & Partial<RunSecrets>

/** What a run of this plan works with on this machine; the site is looked up anew each time, since its directory moves. */
export function openEnvironment(host: Host, plan: Plan, attended: Attended): RunEnvironment {
  const administrator = attended.administrator ?? (async () => null)
  const own = placeOfPlan(host, plan, () => administrator())
  return {
    host,
    benchPath: plan.benchPath,
    changes: changeKinds,
    checks: checkKinds,
    place: (name) => (name === undefined ? own : noOtherPlace(name)),
    backupKey: async () => null,
    ...attended,
    administrator,
  }
}
