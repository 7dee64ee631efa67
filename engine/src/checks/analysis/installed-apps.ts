import type { SiteDatabase } from '../../database/site-database.ts'
import { readInstalledApps } from '../site-apps.ts'
import { type Found, siteCheck } from './analysis-check.ts'

const finds = {
  'app-not-on-bench': 'an app installed in the site is not on the bench: No module named …',
  'app-half-installed': 'a site holds an app’s modules, but does not list it as installed',
  'app-not-installed': 'an app of the bench is not installed in its only site',
  'site-needs-migration': 'the code of an app is newer than the site’s database: bench migrate was not run, or failed',
  'app-older-than-database': 'the code of an app is older than what the site’s database was migrated to',
}
type Id = keyof typeof finds

/** Whether the apps in the site's database are those on the bench, and in the versions it was migrated to. */
export const installedApps = siteCheck({
  id: 'installed-apps',
  title: 'The site’s apps are on the bench',
  area: 'apps',
  finds,
  run: async (context, site) => {
    const { facts } = context
    const database = await context.database(site)
    if (database === null) return []
    const installed = await readInstalledApps(database).catch(() => null)
    if (installed === null) return []
    const onBench = new Map(facts.apps.map((app) => [app.name, app]))
    const found: Found<Id>[] = []
    for (const app of installed.filter((name) => !onBench.has(name))) {
      found.push({
        ...{ id: 'app-not-on-bench', severity: 'critical', subject: site.name },
        title: `The app ${app} is installed in ${site.name} and is not on the bench.`,
        evidence: `installed_apps of ${site.name}: ${installed.join(', ')}; apps/: ${[...onBench.keys()].join(', ')}`,
        cause: 'The app was removed from the bench, or the site was restored from one that had it.',
        remedies: [
          `bench get-app ${app}`,
          `If its data is not wanted any more: bench --site ${site.name} remove-from-installed-apps ${app}`,
        ],
      })
    }
    const modules = await read(database, 'SELECT DISTINCT app_name AS app FROM `tabModule Def`')
    const half = modules
      .map((row) => String(row['app'] ?? ''))
      .filter((app) => onBench.has(app) && !installed.includes(app))
    for (const app of half) {
      found.push({
        ...{ id: 'app-half-installed', severity: 'warning', subject: site.name },
        title: `${site.name} holds the modules of ${app}, but does not list it as installed.`,
        evidence: `tabModule Def names ${app}; installed_apps: ${installed.join(', ')}`,
        cause: 'An installation that stopped half way, or an edited installed_apps.',
        remedies: [
          `bench --site ${site.name} add-to-installed-apps ${app}`,
          `Or install it again: bench --site ${site.name} install-app ${app} --force`,
        ],
      })
    }
    const [only] = facts.sites
    if (facts.sites.length === 1 && only === site) {
      for (const app of [...onBench.keys()].filter((name) => !installed.includes(name) && !half.includes(name))) {
        found.push({
          ...{ id: 'app-not-installed', severity: 'information', subject: site.name },
          title: `The app ${app} is on the bench and not installed in ${site.name}.`,
          evidence: `installed_apps: ${installed.join(', ')}`,
          remedies: [`If it is wanted: bench --site ${site.name} install-app ${app}`],
        })
      }
    }
    const versions = await read(
      database,
      'SELECT app_name AS app, app_version AS version FROM `tabInstalled Application`',
    )
    for (const row of versions) {
      const difference = migration(
        site.name,
        String(row['app']),
        String(row['version'] ?? ''),
        onBench.get(String(row['app']))?.version ?? null,
      )
      if (difference !== null) found.push(difference)
    }
    return found
  },
})

/** Tables differ between versions: one that is not there has nothing to say. */
const read = (database: SiteDatabase, sql: string) => database.read(sql).catch(() => [])

function migration(site: string, app: string, migrated: string, code: string | null): Found<Id> | null {
  const [was, is] = [numbers(migrated), numbers(code ?? '')]
  if (was === null || is === null) return null
  const at = was.findIndex((number, index) => number !== is[index])
  if (at === -1) return null
  const older = (is[at] ?? 0) < (was[at] ?? 0)
  const severity = at < 2 ? 'warning' : 'information'
  return {
    ...{ id: older ? 'app-older-than-database' : 'site-needs-migration', severity, subject: site },
    title: older
      ? `The code of ${app} (${code}) is older than the database of ${site} (${migrated}).`
      : `The database of ${site} was migrated to ${app} ${migrated}; the code is ${code}.`,
    evidence: `tabInstalled Application: ${app} ${migrated}; apps/${app}: ${code}`,
    cause: older
      ? 'The app was set back, or the site came from a newer bench.'
      : 'bench migrate was not run after the update, or failed.',
    remedies: older
      ? [`bench switch-to-branch version-${was[0]} ${app}, or bring the app to ${migrated} with git`]
      : [`bench --site ${site} backup && bench --site ${site} migrate`],
  }
}

function numbers(version: string): [number, number, number] | null {
  const [, major, minor = '0', patch = '0'] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return major === undefined ? null : [Number(major), Number(minor), Number(patch)]
}
