import { join } from 'node:path'
import { z } from 'zod'
import { numberOf } from '../host/amounts.ts'
import { parseJsonObject } from '../host/parse-json.ts'
import { readTextFile } from '../services/text-file.ts'
import type { Check, CheckContext } from './check.ts'

const Params = z.object({
  /** Scheduler processes of the bench that run now. */
  processes: z.number(),
})

/** Keys that stop a site's scheduled jobs (frappe/utils/scheduler.py is_scheduler_inactive). A site's own key wins over the bench's. */
const SWITCHES = ['maintenance_mode', 'pause_scheduler', 'disable_scheduler']

/** Python's truth: any text that is not empty counts, "0" too. */
const isOn = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== 0 && value !== ''

/** Says whether scheduled jobs run here, and who says so: after a move they are to run on exactly one side. */
export const schedulerState: Check = {
  id: 'scheduler-state',
  title: 'Scheduled jobs of the site',
  run: async (context, params) => {
    const { processes } = Params.parse(params)
    const switched = await switchOn(context)
    if (switched !== null)
      return {
        status: 'warning',
        critical: false,
        evidence: `off: ${switched.key} ${JSON.stringify(switched.value)} in ${switched.file}`,
        remedy:
          'Right while the site runs elsewhere, else take the key out: no mail is sent and nothing recurs until then.',
      }
    const database = await context.database()
    const [row] = await database.read(
      "SELECT value FROM `tabSingles` WHERE doctype = 'System Settings' AND field = 'enable_scheduler'",
    )
    if ((numberOf(row?.['value']) ?? 0) === 0)
      return {
        status: 'passed',
        critical: false,
        evidence: 'off, as the site itself says: enable_scheduler 0 in System Settings',
      }
    const evidence =
      processes > 0 ? `on, and ${processes} scheduler runs` : 'on, but no scheduler of the bench runs now'
    return { status: 'passed', critical: false, evidence }
  },
}

async function switchOn(context: CheckContext): Promise<SwitchedOff | null> {
  const common = await readConfig(context, join(context.benchPath, 'sites', 'common_site_config.json'))
  return switchedOff(common, await readConfig(context, join(context.siteDirectory, 'site_config.json')))
}

interface SwitchedOff {
  key: string
  value: unknown
  file: string
}

/** The key that stops a site's scheduled jobs, and the file it stands in; null: none does. */
export function switchedOff(common: Record<string, unknown>, own: Record<string, unknown>): SwitchedOff | null {
  for (const key of SWITCHES) {
    const [values, file] = key in own ? [own, 'site_config.json'] : [common, 'common_site_config.json']
    if (isOn(values[key])) return { key, value: values[key], file }
  }
  return null
}

async function readConfig({ host }: CheckContext, path: string): Promise<Record<string, unknown>> {
  const read = await readTextFile(host, path)
  return (read.state === 'read' ? parseJsonObject(read.text).value : null) ?? {}
}
