/**
 * A bench with the stand-in framework, made once per machine by the real bench CLI (`bench init`), then copied for each
 * test. The copy gets its own absolute paths: shebangs, .pth files and the Redis configuration name the bench.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))

/** The virtual environment with the bench CLI: `.tools/venv` of the repository, or MIGRATOR_TOOLS_VENV. */
export function toolsVenv(): string {
  const venv = process.env['MIGRATOR_TOOLS_VENV'] ?? path.join(REPOSITORY, '.tools', 'venv')
  if (!existsSync(path.join(venv, 'bin', 'bench'))) {
    throw new Error(`no bench CLI in ${venv}: run scripts/test (or scripts/tools) once, or set MIGRATOR_TOOLS_VENV`)
  }
  return venv
}

/** FRAPPE_DOCKER_BUILD keeps bench from asking the package index for a newer version of itself after each command. */
export function benchEnvironment(): Record<string, string> {
  const venv = toolsVenv()
  const search = [path.join(venv, 'bin'), process.env['PATH'] ?? '/usr/bin:/bin'].join(path.delimiter)
  return { PATH: search, FRAPPE_DOCKER_BUILD: '1', GIT_TERMINAL_PROMPT: '0' }
}

/** Copies the template for this framework version to `directory`, which must not exist; builds the template if need be. */
export async function copyTemplate(directory: string, frappeVersion: string): Promise<void> {
  const template = await templateFor(frappeVersion)
  const madeAt = await readFile(path.join(template, 'made-at'), 'utf8')
  await run('cp', ['-a', '--reflink=auto', path.join(template, 'bench'), directory])
  const packages = (await readdir(path.join(directory, 'env', 'lib'))).map((name) =>
    path.join(directory, 'env', 'lib', name, 'site-packages'),
  )
  for (const folder of [path.join(directory, 'env', 'bin'), path.join(directory, 'config'), ...packages]) {
    await replacePaths(folder, madeAt, directory)
  }
  await symlink(
    path.join(directory, 'apps', 'frappe', 'frappe', 'public'),
    path.join(directory, 'sites', 'assets', 'frappe'),
  )
}

async function replacePaths(folder: string, before: string, after: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || /\.(so|pyc)$/.test(entry.name)) continue
    const file = path.join(folder, entry.name)
    const text = await readFile(file, 'latin1')
    if (text.includes(before)) await writeFile(file, text.replaceAll(before, after), 'latin1')
  }
}

async function templateFor(frappeVersion: string): Promise<string> {
  const key = await templateKey(frappeVersion)
  const template = path.join(tmpdir(), `migrator-bench-template-${userInfo().uid}-${key}`)
  if (existsSync(path.join(template, 'made-at'))) return template
  const building = await mkdtemp(path.join(tmpdir(), 'migrator-bench-build-'))
  try {
    await buildTemplate(building, frappeVersion)
    await rename(building, template)
    await removeOldTemplates()
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    // Another test process was quicker: its template is as good.
    if (!existsSync(path.join(template, 'made-at'))) throw error
  }
  return template
}

/** Templates of earlier states of sandbox/: not those of today, which another test run may be copying. */
async function removeOldTemplates(): Promise<void> {
  const prefix = `migrator-bench-template-${userInfo().uid}-`
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const { mtimeMs } = await stat(path.join(tmpdir(), name))
    if (mtimeMs < Date.now() - 86_400_000) await rm(path.join(tmpdir(), name), { recursive: true, force: true })
  }
}

async function templateKey(frappeVersion: string): Promise<string> {
  const hash = createHash('sha256').update(
    `${frappeVersion}\0${await realpath(path.join(toolsVenv(), 'bin', 'python3'))}`,
  )
  const sandbox = path.join(REPOSITORY, 'sandbox')
  const files = (await readdir(sandbox, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
  for (const file of [...files, fileURLToPath(import.meta.url)])
    hash.update(path.basename(file)).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function buildTemplate(building: string, frappeVersion: string): Promise<void> {
  const branch = `version-${frappeVersion.split('.')[0]}`
  const source = path.join(building, 'source', 'frappe')
  await cp(path.join(REPOSITORY, 'sandbox'), source, {
    recursive: true,
    filter: (file) => !file.includes('__pycache__'),
  })
  const entry = path.join(source, 'frappe', '__init__.py')
  await writeFile(
    entry,
    (await readFile(entry, 'utf8')).replace(/^__version__ = .*$/m, `__version__ = "${frappeVersion}"`),
  )
  const git = (...argv: string[]) =>
    run('git', ['-c', 'user.name=stand-in', '-c', 'user.email=stand-in@example.org', ...argv], { cwd: source })
  await git('init', '--quiet', `--initial-branch=${branch}`)
  await git('add', '--all')
  await git('commit', '--quiet', '--message=Stand-in framework')

  // bench refuses root unless the configuration of the directory it runs in names a user to become: the present one.
  await mkdir(path.join(building, 'sites'))
  await writeFile(
    path.join(building, 'sites', 'common_site_config.json'),
    JSON.stringify({ frappe_user: userInfo().username }),
  )
  const python = await realpath(path.join(toolsVenv(), 'bin', 'python3'))
  const options = [
    '--frappe-path',
    source,
    '--frappe-branch',
    branch,
    '--skip-assets',
    '--no-backups',
    '--python',
    python,
  ]
  const environment = { ...process.env, ...benchEnvironment() }
  await run(path.join(toolsVenv(), 'bin', 'bench'), ['init', ...options, 'bench'], { cwd: building, env: environment })
  const bench = path.join(building, 'bench')
  if (!existsSync(path.join(bench, 'sites', 'apps.txt')))
    throw new Error('bench init ended without an app: see its output')
  await run(path.join(bench, 'env', 'bin', 'python'), ['-m', 'compileall', '-q', path.join(bench, 'env', 'lib')])
  await mkdir(path.join(bench, 'sites', 'assets'))
  await rm(path.join(building, 'source'), { recursive: true })
  await writeFile(path.join(building, 'made-at'), bench)
}
