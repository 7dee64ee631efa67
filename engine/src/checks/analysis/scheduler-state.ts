import { numberOf } from '../../host/amounts.ts'
import { siteCheck } from './analysis-check.ts'

const finds = {
  'scheduler-disabled-in-site': 'System Settings turn the scheduler off: no scheduled job is started',
}

/** The scheduler's switch inside the site; those of the configuration are looked at by site-state. */
export const schedulerState = siteCheck({
  id: 'scheduler-state',
  title: 'The scheduler is on in the site',
  area: 'workers',
  finds,
  run: async (context, site) => {
    const database = await context.database(site)
    const rows =
      (await database
        ?.read(
          "SELECT field, value FROM `tabSingles` WHERE doctype = 'System Settings' AND field IN ('enable_scheduler', 'setup_complete')",
        )
        .catch(() => [])) ?? []
    const value = (field: string) => numberOf(rows.find((row) => row['field'] === field)?.['value'])
    if (rows.length === 0 || (value('enable_scheduler') ?? 0) !== 0) return []
    // A site that was just made has it off until its setup is done.
    const used = value('setup_complete') === 1
    return [
      {
        ...{ id: 'scheduler-disabled-in-site', severity: used ? 'warning' : 'information', subject: site.name },
        title: `The scheduler of ${site.name} is disabled: no scheduled job is started.`,
        evidence: 'System Settings: enable_scheduler 0',
        cause: used
          ? 'Somebody disabled it, or a restore brought it along.'
          : 'A new site has it off until its setup is complete.',
        remedies: [`bench --site ${site.name} enable-scheduler`],
      },
    ]
  },
})
