/**
 * The bench the acceptance run was given, and what a person does with it: bench commands, Frappe's own Python, nginx. Read from:
 * - FRAPPE_BENCH: the bench; its services (database, Redis, web server, a worker, nginx) run
 * - FRAPPE_DB_ROOT_PASSWORD, or FRAPPE_DB_ROOT_PASSWORD_FILE: for `bench new-site` and `bench drop-site`
 * - ACCEPTANCE_DATABASE: `mariadb` (default) or `sqlite` (Frappe 16): what new sites are made with
 * - FRAPPE_BENCH_PROGRAM: the bench CLI (default `bench`)
 * - FRAPPE_NGINX_CONFIG: main file of the nginx that serves the bench (default: found by the product)
 * - FRAPPE_NGINX_UPDATE: a program that takes `config/nginx.conf` into use (default `nginx -s reload`)
 * - FRAPPE_HTTP_PORT, FRAPPE_HTTPS_PORT: where that nginx listens (default 80 and 443)
 */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { databaseOf } from '../../src/bench/database-address.ts'
import { openSiteDatabase } from '../../src/database/open.ts'
import type { SiteDatabase } from '../../src/database/site-database.ts'
import { type Ended, MIGRATOR } from '../servers/migrator.ts'

export { MIGRATOR }

const setting = (name: string, otherwise: string): string => process.env[name] ?? otherwise

export const benchPath = setting('FRAPPE_BENCH', '')
export const sitesPath = join(benchPath, 'sites')
export const httpPort = Number(setting('FRAPPE_HTTP_PORT', '80'))
export const httpsPort = Number(setting('FRAPPE_HTTPS_PORT', '443'))
const isSqlite = setting('ACCEPTANCE_DATABASE', 'mariadb') === 'sqlite'
/** 14, 15, 16 … */
export const frappeMajor = Number(
  /__version__ = "(\d+)\./.exec(
    benchPath && readFileSync(join(benchPath, 'apps/frappe/frappe/__init__.py'), 'utf8'),
  )?.[1],
)
export const isRoot = process.getuid?.() === 0
const program = setting('FRAPPE_BENCH_PROGRAM', 'bench')
const nginxConfig = process.env['FRAPPE_NGINX_CONFIG']
export const nginxOption = nginxConfig === undefined ? [] : ['--nginx-config', nginxConfig]

/** Name, home and id of the user the bench belongs to. */
export const owner = (() => {
  const id = statSync(sitesPath).uid
  const [name = '', , , group = '', , home = '/'] = execFileSync('getent', ['passwd', String(id)], {
    encoding: 'utf8',
  }).split(':')
  return { id, name, home, group: Number(group) }
})()

function rootPassword(): string {
  const file = process.env['FRAPPE_DB_ROOT_PASSWORD_FILE']
  return file === undefined ? setting('FRAPPE_DB_ROOT_PASSWORD', '') : readFileSync(file, 'utf8').trim()
}

/** As a login of that user would have it, with the bench CLI found first. */
const environmentOf = (user: { name: string; home: string }) => ({
  // npm hands its own settings (the cache of whoever runs this) to all it starts.
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'))),
  ...{ HOME: user.home, USER: user.name, LOGNAME: user.name },
  PATH: `${program.startsWith('/') ? `${dirname(program)}:` : ''}${process.env['PATH']}`,
})

interface RunOptions {
  directory?: string
  input?: string
  as?: 'owner' | 'root' | 'nobody'
}

/** Runs a program to its end, whatever its exit code; as the bench's owner unless said otherwise. */
export function run(
  argv: string[],
  { directory = benchPath, input = '', as = 'owner' }: RunOptions = {},
): Promise<Ended> {
  const user = as === 'owner' ? owner : { name: as, home: '/' }
  const [first = '', ...rest] = isRoot && as !== 'root' ? ['runuser', '-u', user.name, '--', ...argv] : argv
  const env = as === 'root' ? process.env : environmentOf(user)
  return new Promise((resolve, reject) => {
    const running = execFile(first, rest, { cwd: directory, env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
    // A program that ends without reading its input is no failure: its exit code tells.
    running.stdin?.on('error', () => undefined).end(input)
  })
}

async function mustRun(argv: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options)
  if (code === 0) return stdout
  const shown = argv.join(' ').replaceAll(rootPassword() || '\0', '***')
  throw new Error(`${shown}: exit code ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`)
}

/** `bench …`, which must work. */
export const bench = (...argv: string[]): Promise<string> => mustRun([program, ...argv])
export const tryBench = (...argv: string[]): Promise<Ended> => run([program, ...argv])

/** The product, started by root (which continues as the owner) or by the owner. */
export const migrator = (argv: string[], as: RunOptions['as'] = isRoot ? 'root' : 'owner'): Promise<Ended> =>
  run([MIGRATOR, ...argv], { as })

/** Runs Python inside Frappe, connected to a site as Administrator; answers what the code puts into `result`. */
export async function inFrappe(site: string, code: string): Promise<unknown> {
  const script = `import json, frappe
frappe.init(site=${JSON.stringify(site)})
frappe.connect()
frappe.set_user("Administrator")
result = None
${code}
frappe.db.commit()
frappe.destroy()
print("\\n" + json.dumps(result, default=str))
`
  const told = await mustRun([join(benchPath, 'env/bin/python'), '-'], { directory: sitesPath, input: script })
  return JSON.parse(told.trim().split('\n').at(-1) ?? 'null')
}

export async function newSite(name: string, config: Record<string, string> = {}): Promise<void> {
  // Frappe 14 knows only the older option.
  const scope = frappeMajor >= 15 ? '--mariadb-user-host-login-scope=%' : '--no-mariadb-socket'
  const database = isSqlite ? ['--db-type', 'sqlite'] : ['--db-root-password', rootPassword(), scope]
  await bench('new-site', name, ...database, '--admin-password', 'admin')
  for (const [key, value] of Object.entries(config)) await bench('--site', name, 'set-config', key, value)
}

export async function restoreSite(name: string, dump: string, archives: { public: string; private: string }) {
  const files = ['--with-public-files', archives.public, '--with-private-files', archives.private]
  const password = ['--db-root-password', rootPassword(), '--admin-password', 'admin']
  await bench('--site', name, 'restore', dump, ...files, ...password)
}

/** Takes back what a failed test left standing (a redirect in nginx's files, say), newest first, then its run's folder goes. */
async function removeRuns(names: string[]): Promise<void> {
  const runs = join(benchPath, '.migrator', 'runs')
  const all = await readdir(runs).catch(() => [])
  for (const id of all.sort().reverse()) {
    const plan = readFileSync(join(runs, id, 'plan.json'), 'utf8')
    if (!names.some((name) => plan.includes(`"${name}"`))) continue
    const back = await migrator(['rollback', '--run', id, '--no-interactive', '--bench', benchPath, ...nginxOption])
    // 3: it is rolled back already.
    if (![0, 3].includes(back.code)) process.stderr.write(back.stderr)
    await rm(join(runs, id), { recursive: true })
  }
}

/** Job ids are made of the site's name: what a failed test left would meet the jobs of the next run. */
const removeJobs = (site: string, names: string[]): Promise<unknown> =>
  inFrappe(
    site,
    `
from frappe.utils.background_jobs import get_redis_conn
from rq.job import Job
redis = get_redis_conn()
for name in ${JSON.stringify(names)}:
  for mark in ("::", "||"):
    for key in list(redis.scan_iter(f"rq:job:{name}{mark}*")):
      if redis.type(key) == b"hash": Job.fetch(key.decode()[len("rq:job:"):], connection=redis).delete()
    for key in list(redis.scan_iter(f"rq:*:{name}{mark}*")): redis.delete(key)`,
  )

/** Removes the sites that are there, with their folder under archived/, and what the product keeps of them. */
export async function dropSites(...names: string[]): Promise<void> {
  await removeRuns(names)
  const there = await siteThere(...names)
  if (there !== '') await removeJobs(there, names)
  for (const name of names) {
    if (!(await readdir(sitesPath)).includes(name)) continue
    const password = isSqlite ? [] : ['--db-root-password', rootPassword()]
    await bench('drop-site', name, '--no-backup', '--force', ...password)
    const archive = join(benchPath, 'archived', 'sites')
    for (const folder of await readdir(archive)) {
      if (folder.startsWith(name)) await rm(join(archive, folder), { recursive: true })
    }
  }
  await updateNginx()
}

/** Every file nginx reads, as it reads them; a folder's file of ours would show. */
export async function nginxFiles(): Promise<string> {
  const told = await run(['nginx', '-T', ...(nginxConfig === undefined ? [] : ['-c', nginxConfig])], {
    as: isRoot ? 'root' : 'owner',
  })
  return told.stdout
}

/** The one of these sites that is there now. */
export async function siteThere(...names: string[]): Promise<string> {
  const there = await readdir(sitesPath)
  return names.find((name) => there.includes(name)) ?? ''
}

/** What an administrator types after a new site. */
export async function updateNginx(): Promise<void> {
  await bench('setup', 'nginx', '--yes')
  const update = process.env['FRAPPE_NGINX_UPDATE']
  const [first = '', ...rest] =
    update === undefined ? [...(isRoot ? [] : ['sudo', '-n']), 'nginx', '-s', 'reload'] : [update]
  execFileSync(first, rest, { stdio: 'pipe' })
}

const readConfig = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(sitesPath, path), 'utf8'))
const commonConfig = () => readConfig('common_site_config.json')
const siteConfig = (site: string) => readConfig(`${site}/site_config.json`)
export const configOf = (site: string): Record<string, unknown> => ({ ...commonConfig(), ...siteConfig(site) })

export function openDatabase(site: string): Promise<SiteDatabase> {
  const path = join(sitesPath, site)
  const place = { name: site, path, configPath: join(path, 'site_config.json') }
  const { database } = databaseOf(place, siteConfig(site), commonConfig()).value
  if (database === null) throw new Error(`${site} names no database`)
  return openSiteDatabase(database)
}

/** Digest of every table, for comparisons that name the table. */
export async function tableDigests(site: string): Promise<Map<string, string>> {
  const database = await openDatabase(site)
  try {
    const { tables, schemaSha256 } = await database.digest()
    return new Map([['(schema)', schemaSha256], ...tables.map(({ table, sha256 }) => [table, sha256] as const)])
  } finally {
    await database.close()
  }
}

/** Names of the tables whose digests differ. */
export const differing = (one: Map<string, string>, other: Map<string, string>): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((table) => one.get(table) !== other.get(table)).sort()
