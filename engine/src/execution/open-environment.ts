import { join } from 'node:path'
import { databaseOf } from '../bench/database-address.ts'
import { changeKinds } from '../changes/registry.ts'
import { checkKinds } from '../checks/registry.ts'
import { openSiteDatabase } from '../database/open.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import type { RunEnvironment } from './environment.ts'
import type { Plan } from './plan.ts'

type Attended = Pick<RunEnvironment, 'interactive' | 'ask' | 'stop' | 'onEvent' | 'onConflict'> &
  Partial<Pick<RunEnvironment, 'administrator' | 'backupKey'>>

/** What a run of this plan works with on this machine; the site is looked up anew each time, since its directory moves. */
export function openEnvironment(host: Host, plan: Plan, attended: Attended): RunEnvironment {
  const siteDirectory = () => presentDirectory(host, plan)
  return {
    host,
    benchPath: plan.benchPath,
    changes: changeKinds,
    checks: checkKinds,
    siteDirectory,
    whereNow: (path) => whereNow(host, plan, path),
    openDatabase: async () => openDatabaseOf(host, plan.benchPath, await siteDirectory()),
    administrator: async () => null,
    backupKey: async () => null,
    ...attended,
  }
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

async function openDatabaseOf(host: Host, benchPath: string, directory: string): Promise<SiteDatabase> {
  const configPath = join(directory, 'site_config.json')
  const commonPath = join(benchPath, 'sites', 'common_site_config.json')
  const common = (await host.status(commonPath)) === null ? null : await readObject(host, commonPath)
  const site = { name: directory.split('/').at(-1) ?? '', path: directory, configPath }
  const { value, findings } = databaseOf(site, await readObject(host, configPath), common)
  if (value.database) return openSiteDatabase(value.database)
  const [finding] = findings
  throw new MigratorError({
    code: finding?.id ?? 'database-unsupported',
    kind: 'refused',
    message: finding?.title ?? `The database of ${site.name} is of a kind that is not supported.`,
    evidence: finding?.evidence ?? configPath,
    failureClass: 'configuration',
  })
}
