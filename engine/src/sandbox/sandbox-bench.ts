import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { addSandboxSite, type SandboxSite, type SandboxSiteOptions } from './sandbox-site.ts'

const FRAMEWORK = fileURLToPath(new URL('../../../sandbox/', import.meta.url))
const VERSION = '16.0.0'

export interface SandboxBenchOptions extends SandboxSiteOptions {
  /** Made; must not exist or be empty. */
  directory: string
  /** A Python 3.10 or later; its standard library is enough. Default `python3` of the PATH. */
  python?: string
  /** Default: a port of 127.0.0.1 that is free now. */
  webserverPort?: number
  /** Further keys of common_site_config.json (`default_site` makes `bench serve` ignore the Host header). */
  commonConfig?: Record<string, unknown>
}

export interface SandboxBench extends SandboxSite {
  directory: string
  /** `env/bin/python` of the bench. */
  python: string
  webserverPort: number
}

/**
 * Makes a throwaway bench of the shape bench 5 makes, with the stand-in framework and one site (addSandboxSite), without
 * the bench CLI, servers, root or network. Only in a checkout: the framework lies in `sandbox/` of the repository.
 * @throws Error of the system when Python is missing or the directory cannot be written
 */
export async function createSandboxBench(options: SandboxBenchOptions): Promise<SandboxBench> {
  const { directory } = options
  const webserverPort = options.webserverPort ?? (await freePort())
  await installFramework(directory)
  const python = await makeEnvironment(directory, options.python ?? 'python3')
  const site = await addSandboxSite(directory, options)
  // Nobody answers there; without these keys Frappe would turn to ports where a stranger's Redis may be.
  const redis = `redis://127.0.0.1:${await freePort()}`
  const commonConfig = { redis_cache: redis, redis_queue: redis, ...options.commonConfig }
  await writeBenchFiles(directory, site.siteName, webserverPort, commonConfig)
  return { ...site, directory, python, webserverPort }
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
    frappe_user: userInfo().username,
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
