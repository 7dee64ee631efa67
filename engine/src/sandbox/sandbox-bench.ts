import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
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

const FRAMEWORK = fileURLToPath(new URL('../../../sandbox/', import.meta.url))
const VERSION = '16.0.0'

export interface SandboxBenchOptions {
  /** Made; must not exist or be empty. */
  directory: string
  /** The site's directory and own host. Default `old.cloud`. */
  siteName?: string
  /** A Python 3.10 or later; its standard library is enough. Default `python3` of the PATH. */
  python?: string
  /** The same seed gives the same content, secrets included. Default: the site's name. */
  seed?: string
  /** Default: a port of 127.0.0.1 that is free now. */
  webserverPort?: number
  /** Further keys of site_config.json. */
  siteConfig?: Record<string, unknown>
  /** Further keys of common_site_config.json (`default_site` makes `bench serve` ignore the Host header). */
  commonConfig?: Record<string, unknown>
}

export interface SandboxBench {
  directory: string
  siteName: string
  siteDirectory: string
  databasePath: string
  /** `env/bin/python` of the bench. */
  python: string
  webserverPort: number
  /** Every secret that was written, for searches of what leaked. */
  secrets: DemoSecrets
}

/**
 * Makes a throwaway bench of the shape bench 5 makes, with the stand-in framework and one site in an embedded SQLite
 * database with a few thousand rows, without the bench CLI, servers, root or network.
 * @throws Error of the system when Python is missing or the directory cannot be written
 */
export async function createSandboxBench(options: SandboxBenchOptions): Promise<SandboxBench> {
  const { directory, siteName = 'old.cloud' } = options
  const random = seededRandom(options.seed ?? siteName)
  const webserverPort = options.webserverPort ?? (await freePort())
  const secrets: DemoSecrets = {
    encryptionKey: paddedBase64Url(random.bytes(32)),
    administratorPassword: random.hex(24),
    plaintexts: Array.from({ length: SECRET_COUNT }, () => `secret-${random.hex(20)}`),
  }
  const siteDirectory = join(directory, 'sites', siteName)
  for (const folder of ['public/files', 'private/files', 'private/backups', 'locks', 'logs', 'db']) {
    await mkdir(join(siteDirectory, folder), { recursive: true })
  }
  await installFramework(directory)
  const python = await makeEnvironment(directory, options.python ?? 'python3')
  await writeBenchFiles(directory, siteName, webserverPort, options.commonConfig ?? {})

  const at = hostSpellings(siteName)
  const files = siteFiles(at)
  for (const file of files) await writeFile(join(siteDirectory, file.path), file.content)
  const databaseName = `_${random.hex(16)}`
  const databasePath = join(siteDirectory, 'db', `${databaseName}.db`)
  const masters = [websiteRows(at), deskRows(at), integrationRows(at), customizationRows(at)]
  const rows = [...masters.flat(), ...businessRows(at, random), ...historyRows(at, random)]
  writeDemoDatabase(databasePath, [...rows, ...files.map((file) => file.row), foreignFileRow(at)], secrets, random)
  const siteConfig = {
    db_name: databaseName,
    db_type: 'sqlite',
    domains: [`www.${siteName}`],
    encryption_key: secrets.encryptionKey,
    host_name: `http://${siteName}`,
    ...options.siteConfig,
  }
  await writeFile(join(siteDirectory, 'site_config.json'), JSON.stringify(siteConfig, null, 1), { mode: 0o600 })
  return { directory, siteName, siteDirectory, databasePath, python, webserverPort, secrets }
}

async function installFramework(directory: string): Promise<void> {
  const app = join(directory, 'apps', 'frappe')
  await cp(FRAMEWORK, app, { recursive: true, filter: (path) => !path.includes('__pycache__') })
  const entry = join(app, 'frappe', '__init__.py')
  const source = await readFile(entry, 'utf8')
  await writeFile(entry, source.replace(/^__version__ = .*$/m, `__version__ = "${VERSION}"`))
  await mkdir(join(directory, 'sites', 'assets'), { recursive: true })
  await symlink(join(app, 'frappe', 'public'), join(directory, 'sites', 'assets', 'frappe'))
}

/** A virtual environment by hand: Python finds it by pyvenv.cfg, and the framework by a .pth file; no pip, no venv module. */
async function makeEnvironment(directory: string, python: string): Promise<string> {
  const question = 'import os, sys; print(os.path.realpath(sys.executable)); print("%d.%d" % sys.version_info[:2])'
  const { stdout } = await promisify(execFile)(python, ['-c', question])
  const [program, version] = stdout.trim().split('\n')
  if (program === undefined || version === undefined) throw new Error(`${python} did not say where it lies`)
  const packages = join(directory, 'env', 'lib', `python${version}`, 'site-packages')
  await mkdir(packages, { recursive: true })
  await mkdir(join(directory, 'env', 'bin'))
  await symlink(program, join(directory, 'env', 'bin', 'python'))
  await writeFile(
    join(directory, 'env', 'pyvenv.cfg'),
    `home = ${dirname(program)}\ninclude-system-site-packages = false\n`,
  )
  await writeFile(join(packages, 'frappe.pth'), `${join(directory, 'apps', 'frappe')}\n`)
  return join(directory, 'env', 'bin', 'python')
}

async function writeBenchFiles(
  directory: string,
  siteName: string,
  port: number,
  commonConfig: Record<string, unknown>,
): Promise<void> {
  const sites = join(directory, 'sites')
  for (const folder of ['config/pids', 'logs']) await mkdir(join(directory, folder), { recursive: true })
  const apps = { frappe: { resolution: 'not a repo', is_repo: false, required: [], idx: 1, version: VERSION } }
  const common = {
    frappe_user: process.env['USER'] ?? 'frappe',
    serve_default_site: true,
    webserver_port: port,
    ...commonConfig,
  }
  await writeFile(join(sites, 'apps.txt'), 'frappe')
  await writeFile(join(sites, 'apps.json'), JSON.stringify(apps, null, 4))
  await writeFile(join(sites, 'common_site_config.json'), JSON.stringify(common, null, 1))
  await writeFile(join(sites, 'currentsite.txt'), siteName)
  await writeFile(join(directory, 'patches.txt'), '')
  await writeFile(
    join(directory, 'Procfile'),
    `web: bench serve --port ${port}\nschedule: bench schedule\nworker: bench worker\n`,
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      if (address === null || typeof address === 'string') reject(new Error('no free port on 127.0.0.1'))
      else probe.close(() => resolve(address.port))
    })
  })
}
