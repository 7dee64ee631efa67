import { z } from 'zod'
import type { Check } from './check.ts'
import { firstOf } from './shown-names.ts'
import { readInstalledApps } from './site-apps.ts'

const Params = z.object({ apps: z.array(z.object({ name: z.string(), version: z.string().nullable() })) })

const majorOf = (version: string): number | null => {
  const major = /^\d+/.exec(version)?.[0]
  return major === undefined ? null : Number(major)
}

/** Whether the bench has the code of every app that is installed in the site, and none of a version below what its database was migrated to. */
export const appsOnBench: Check = {
  id: 'apps-on-bench',
  title: 'Apps of the site are on the bench',
  run: async (context, params) => {
    const bench = new Map(Params.parse(params).apps.map(({ name, version }) => [name, version]))
    const database = await context.database()
    const installed = await readInstalledApps(database)
    if (installed === null || !installed.includes('frappe'))
      return {
        status: 'failed',
        critical: true,
        evidence: 'tabDefaultValue has no list of installed apps with frappe in it',
        remedy:
          'The table is not whole: Frappe loads no site without this list. Bring the row installed_apps back from a backup.',
      }
    const absent = installed.filter((app) => !bench.has(app))
    const migrated = await database.read(
      'SELECT app_name AS app, app_version AS version FROM `tabInstalled Application`',
    )
    const older = migrated.flatMap((row) => {
      const [app, was] = [String(row['app']), String(row['version'] ?? '')]
      const now = bench.get(app) ?? ''
      const [before, code] = [majorOf(was), majorOf(now)]
      return before !== null && code !== null && code < before ? [`${app} is ${now}, its data ${was}`] : []
    })
    const evidence = installed.map((app) => `${app} ${bench.get(app) ?? '?'}`).join(', ')
    if (absent.length > 0)
      return {
        status: 'failed',
        critical: true,
        evidence: `${evidence}; not in apps/: ${firstOf(absent)}`,
        remedy: `bench get-app ${absent[0]}, in the version the site had; without it no page opens.`,
      }
    if (older.length > 0)
      return {
        status: 'failed',
        critical: true,
        evidence: `${evidence}; code older than the data: ${firstOf(older)}`,
        remedy: 'Data cannot go back a version: bring the code to the version of the data.',
      }
    return { status: 'passed', critical: true, evidence }
  },
}
