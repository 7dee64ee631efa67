import { join } from 'node:path'
import { z } from 'zod'
import type { Place, PlaceName } from '../bench/place.ts'
import { parseJsonObject } from '../host/parse-json.ts'
import { readTextFile } from '../services/text-file.ts'
import type { Check } from './check.ts'
import { switchedOff } from './scheduler-state.ts'

const Params = z.object({
  /** Where scheduled jobs are to run; `none` where the site has them off itself, or the copy is to be quiet. */
  wanted: z.enum(['source', 'target', 'none']),
})

/** Scheduled jobs of the site run on exactly one side: run twice, customers get every mail twice; run nowhere, nobody gets one. */
export const oneScheduler: Check = {
  id: 'one-scheduler',
  title: 'Scheduled jobs run on exactly one side',
  run: async (context, params) => {
    const { wanted } = Params.parse(params)
    const off = { source: await offAt(context.place('source')), target: await offAt(context.place('target')) }
    const on = (['source', 'target'] as const).filter((side) => off[side] === null)
    const evidence = (['source', 'target'] as const)
      .map((side) => `${side}: ${off[side] === null ? 'on' : `off (${off[side]})`}`)
      .join('; ')
    const expected: PlaceName[] = wanted === 'none' ? [] : [wanted]
    if (on.join() === expected.join()) return { status: 'passed', critical: true, evidence }
    return {
      status: 'failed',
      critical: true,
      evidence: `${evidence}; expected on: ${expected[0] ?? 'nowhere'}`,
      remedy:
        'Set pause_scheduler in the site_config.json of the side that is to be quiet, and take it out on the other.',
    }
  },
}

/** The key and file that switch the scheduler off; null: on. */
async function offAt({ host, benchPath, siteDirectory }: Place): Promise<string | null> {
  const read = async (path: string): Promise<Record<string, unknown>> => {
    const file = await readTextFile(host, path)
    return (file.state === 'read' ? parseJsonObject(file.text).value : null) ?? {}
  }
  const common = await read(join(benchPath, 'sites', 'common_site_config.json'))
  const own = await read(join(await siteDirectory(), 'site_config.json'))
  const found = switchedOff(common, own)
  return found === null ? null : `${found.key} in ${found.file}`
}
