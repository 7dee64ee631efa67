import { join } from 'node:path'
import { databaseOf } from '../bench/database-address.ts'
import type { Place } from '../bench/place.ts'
import { openSiteDatabase } from '../database/open.ts'
import { reachedAddress } from '../database/reached-address.ts'
import type { DatabaseAddress } from '../database/site-database.ts'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import type { RunPlace } from './environment.ts'
import type { Plan, PlannedPlace } from './plan.ts'

/** The plan's own bench; its site is found under either of the names it has in the plan. */
export function placeOfPlan(host: Host, plan: Plan, administrator: Place['administrator']): RunPlace {
  return runPlace(host, plan.benchPath, {
    ...{ administrator, siteDirectory: () => presentDirectory(host, plan) },
    whereNow: (path) => whereNow(host, plan, path),
  })
}

/** A transfer's source: its site stays where it is. */
export function placeOfSource(
  host: Host,
  { benchPath, directory }: PlannedPlace,
  administrator: Place['administrator'],
): RunPlace {
  return runPlace(host, benchPath, {
    ...{ administrator, siteDirectory: async () => join(benchPath, 'sites', directory) },
    whereNow: async (path) => path,
  })
}

function runPlace(
  host: Host,
  benchPath: string,
  site: Pick<RunPlace, 'siteDirectory' | 'whereNow' | 'administrator'>,
): RunPlace {
  const address = async () => reachedAddress(host, await addressOf(host, benchPath, await site.siteDirectory()))
  return { host, benchPath, address, openDatabase: async () => openSiteDatabase(await address()), ...site }
}

/** The site's directory as it is called now: under its new name once it has moved. */
async function presentDirectory(host: Host, plan: Plan): Promise<string> {
  if (plan.site.isNew) return join(plan.benchPath, 'sites', plan.site.newDirectory)
  for (const name of [plan.site.newDirectory, plan.site.oldDirectory]) {
    const directory = join(plan.benchPath, 'sites', name)
    if ((await host.status(join(directory, 'site_config.json'))) !== null) return directory
  }
  // A repair may be about what no site can be read without.
  if (plan.command === 'fix-config') return join(plan.benchPath, 'sites')
  throw new MigratorError({
    code: 'site-gone',
    kind: 'attention',
    message: `The site is neither at sites/${plan.site.oldDirectory} nor at sites/${plan.site.newDirectory}.`,
    evidence: plan.benchPath,
    hint: 'Somebody moved it. Put the directory back under one of these names, then try again.',
    failureClass: 'configuration',
  })
}

async function whereNow(host: Host, plan: Plan, path: string): Promise<string> {
  if ((await host.status(path)) !== null) return path
  const { oldDirectory, newDirectory } = plan.site
  const directory = (name: string) => `${join(plan.benchPath, 'sites', name)}/`
  const [old, now] = [directory(oldDirectory), directory(newDirectory)]
  for (const [one, other] of [
    [old, now],
    [now, old],
  ] as const) {
    if (!path.startsWith(one)) continue
    const elsewhere = join(other, path.slice(one.length))
    if ((await host.status(elsewhere)) !== null) return elsewhere
  }
  return path
}

async function readObject(host: Host, path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await host.readFile(path)).toString())
}

async function addressOf(host: Host, benchPath: string, directory: string): Promise<DatabaseAddress> {
  const configPath = join(directory, 'site_config.json')
  const commonPath = join(benchPath, 'sites', 'common_site_config.json')
  const common = (await host.status(commonPath)) === null ? null : await readObject(host, commonPath)
  const site = { name: directory.split('/').at(-1) ?? '', path: directory, configPath }
  const { value, findings } = databaseOf(site, await readObject(host, configPath), common)
  if (value.database) return value.database
  const [finding] = findings
  throw new MigratorError({
    code: finding?.id ?? 'database-unsupported',
    kind: 'refused',
    message: finding?.title ?? `The database of ${site.name} is of a kind that is not supported.`,
    evidence: finding?.evidence ?? configPath,
    failureClass: 'configuration',
  })
}
