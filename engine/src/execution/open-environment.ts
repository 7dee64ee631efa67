import { noOtherPlace, type PlaceName } from '../bench/place.ts'
import { changeKinds } from '../changes/registry.ts'
import { checkKinds } from '../checks/registry.ts'
import type { Host } from '../host/host.ts'
import { localHost } from '../host/local/index.ts'
import type { RunEnvironment, RunPlace, RunSecrets } from './environment.ts'
import type { Plan, PlannedPlace } from './plan.ts'
import { homeOf } from './run-home.ts'
import { placeOfPlan, placeOfSource } from './run-place.ts'

export type Attended = Pick<RunEnvironment, 'interactive' | 'ask' | 'stop' | 'onEvent' | 'onConflict'> &
  Partial<RunSecrets & Pick<RunEnvironment, 'abandonTargetWrites' | 'mayGoOn'>>

/** Makes the connection to a planned place's server; `local` is this machine. */
export type OpenHost = (place: PlannedPlace) => Promise<Host>

/** What a run of a plan about one bench works with; the site is looked up anew each time, since its directory moves. */
export function openEnvironment(host: Host, plan: Plan, attended: Attended): RunEnvironment {
  if (plan.places !== undefined) throw new Error('A plan over two places needs its hosts: withEnvironment')
  return environmentOf(plan, attended, [host], (administrator) => {
    const own = placeOfPlan(host, plan, () => administrator())
    return (name) => (name === undefined ? own : noOtherPlace(name))
  })
}

/**
 * The same for any plan: with two places their hosts are made for as long as the work goes on. Each has its own, also where both
 * are on one server: the benches may be of two owners.
 * @param own the host of a plan about one bench
 */
export async function withEnvironment<Result>(
  { plan, own, openHost }: { plan: Plan; own: Host; openHost: OpenHost },
  attended: Attended,
  work: (environment: RunEnvironment) => Promise<Result>,
): Promise<Result> {
  const { places } = plan
  if (places === undefined) return work(openEnvironment(own, plan, attended))
  const source = await openHost(places.source)
  try {
    const target = await openHost(places.target)
    try {
      return await work(
        environmentOf(plan, attended, [target, source, localHost()], (administrator) => {
          const ofTarget = placeOfPlan(target, plan, () => administrator('target'))
          const ofSource = placeOfSource(source, places.source, () => administrator('source'))
          return (name) => (name === 'source' ? ofSource : ofTarget)
        }),
      )
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

type Administrator = RunSecrets['administrator']

function environmentOf(
  plan: Plan,
  attended: Attended,
  hosts: readonly Host[],
  placesFor: (administrator: Administrator) => (name?: PlaceName) => RunPlace,
): RunEnvironment {
  const administrator: Administrator = attended.administrator ?? (async () => null)
  return {
    home: homeOf(plan),
    hosts,
    changes: changeKinds,
    checks: checkKinds,
    place: placesFor(administrator),
    backupKey: async () => null,
    abandonTargetWrites: false,
    mayGoOn: async () => false,
    ...attended,
    administrator,
  }
}
