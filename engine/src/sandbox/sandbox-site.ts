import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { businessRows, historyRows } from './content/business.ts'
import { customizationRows } from './content/customizations.ts'
import { deskRows } from './content/desk.ts'
import { foreignFileRow, siteFiles } from './content/files.ts'
import { integrationRows } from './content/integrations.ts'
import { websiteRows } from './content/website.ts'
import { type DemoSecrets, SECRET_COUNT, writeDemoDatabase } from './demo-database.ts'
import { paddedBase64Url } from './fernet-token.ts'
import { hostSpellings } from './host-spellings.ts'
import { seededRandom } from './seeded-random.ts'

export interface SandboxSiteOptions {
  /** The site's directory and own host. Default `old.cloud`. */
  siteName?: string
  /** The same seed gives the same content, secrets included. Default: the site's name. */
  seed?: string
  /** Further keys of site_config.json; they win. */
  siteConfig?: Record<string, unknown>
}

export interface SandboxSite {
  siteName: string
  siteDirectory: string
  databasePath: string
  /** Every secret that was written, for searches of what leaked. */
  secrets: DemoSecrets
}

/**
 * Adds a site to a bench: an embedded SQLite database of a few thousand rows with the site's own host in every spelling,
 * look-alikes, history, encrypted secrets, and its files on disk.
 */
export async function addSandboxSite(bench: string, options: SandboxSiteOptions = {}): Promise<SandboxSite> {
  const siteName = options.siteName ?? 'old.cloud'
  const random = seededRandom(options.seed ?? siteName)
  const secrets: DemoSecrets = {
    encryptionKey: paddedBase64Url(random.bytes(32)),
    administratorPassword: random.hex(24),
    plaintexts: Array.from({ length: SECRET_COUNT }, () => `secret-${random.hex(20)}`),
  }
  const siteDirectory = join(bench, 'sites', siteName)
  for (const folder of ['public/files', 'private/files', 'private/backups', 'locks', 'logs', 'db']) {
    await mkdir(join(siteDirectory, folder), { recursive: true })
  }
  const at = hostSpellings(siteName)
  const files = siteFiles(at)
  for (const file of files) await writeFile(join(siteDirectory, file.path), file.content)
  const databaseName = `_${random.hex(16)}`
  const databasePath = join(siteDirectory, 'db', `${databaseName}.db`)
  const masters = [websiteRows(at), deskRows(at), integrationRows(at), customizationRows(at)]
  const rows = [...masters.flat(), ...businessRows(at, random), ...historyRows(at, random)]
  writeDemoDatabase(databasePath, [...rows, ...files.map((file) => file.row), foreignFileRow(at)], secrets, random)
  const config = {
    db_name: databaseName,
    db_type: 'sqlite',
    domains: [`www.${siteName}`],
    encryption_key: secrets.encryptionKey,
    host_name: `http://${siteName}`,
    ...options.siteConfig,
  }
  await writeFile(join(siteDirectory, 'site_config.json'), JSON.stringify(config, null, 1), { mode: 0o600 })
  return { siteName, siteDirectory, databasePath, secrets }
}
