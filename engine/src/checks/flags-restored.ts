import { join } from 'node:path'
import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({ flags: z.array(z.object({ key: z.string(), wanted: z.json().nullable() })) })

/** Maintenance and scheduler flags are what they were before the run. */
export const flagsRestored: Check = {
  id: 'flags-restored',
  title: 'Maintenance and scheduler flags are as before',
  run: async (context, params) => {
    const { flags } = Params.parse(params)
    const config = JSON.parse((await context.host.readFile(join(context.siteDirectory, 'site_config.json'))).toString())
    const wrong = flags.filter(({ key, wanted }) => JSON.stringify(config[key] ?? null) !== JSON.stringify(wanted))
    const say = (list: typeof flags, value: (flag: (typeof flags)[number]) => unknown) =>
      list.map((flag) => `${flag.key} = ${JSON.stringify(value(flag)) ?? 'not set'}`).join(', ')
    if (wrong.length === 0)
      return { status: 'passed', critical: true, evidence: say(flags, (flag) => flag.wanted ?? undefined) }
    return {
      status: 'failed',
      critical: true,
      evidence: `now ${say(wrong, (flag) => config[flag.key])}; before ${say(wrong, (flag) => flag.wanted ?? undefined)}`,
    }
  },
}
