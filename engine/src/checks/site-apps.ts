import type { Row, SiteDatabase } from '../database/site-database.ts'

/** Apps installed in a site, in order: the global default `installed_apps` (frappe/__init__.py get_installed_apps). null when nothing readable is there. */
export async function readInstalledApps(database: SiteDatabase): Promise<string[] | null> {
  const [row] = await database.read(
    "SELECT defvalue AS apps FROM `tabDefaultValue` WHERE parent = '__global' AND defkey = 'installed_apps'",
  )
  return appsIn(row)
}

function appsIn(row: Row | undefined): string[] | null {
  try {
    const apps: unknown = JSON.parse(String(row?.['apps'] ?? 'null'))
    return Array.isArray(apps) ? apps.filter((app) => typeof app === 'string') : null
  } catch {
    return null // No list that Frappe could read either.
  }
}
