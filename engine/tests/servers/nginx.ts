/**
 * A private nginx for tests: own prefix and main configuration, the bench's `config/nginx.conf` linked into `conf.d/` as
 * `bench setup production` does it.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestBench } from './bench.ts'
import { accepts, startChild } from './child.ts'
import { freePort } from './mariadb.ts'
import type { TestUser } from './users.ts'

const run = promisify(execFile)
const PROGRAM = '/usr/sbin/nginx'

export interface NginxOptions {
  /** Its `config/nginx.conf` is made by `bench setup nginx --yes`; sites must be there already. */
  bench: TestBench
  /** Further files for `conf.d/`: name → text. `$ADDRESS`, `$HTTP` and `$HTTPS` stand for address and ports. */
  extraFiles?: Record<string, string>
  /** Where it listens; 127.0.0.1, and ::1 where there is IPv6, when absent. */
  address?: string
  /** Whose master process it is; the present user's when absent, root's as in production. */
  user?: TestUser
}

export interface NginxServer {
  directory: string
  /** The main file; `nginx -p directory -c configuration` is how it was started. */
  configuration: string
  /** `conf.d/`, included by the main file. */
  includeDirectory: string
  /** The bench's own `config/nginx.conf`, listening on the two ports instead of 80 and 443. */
  benchConfiguration: string
  pid: number
  address: string
  httpPort: number
  httpsPort: number
  /** `nginx -t` on the main file. */
  check(): Promise<{ exitCode: number; output: string }>
  /** SIGHUP to the master, as `nginx -s reload`. */
  reload(): void
  stop(): Promise<void>
}

/** @throws Error with nginx' own words when the configuration is refused */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const { bench, user } = options
  const address = options.address ?? '127.0.0.1'
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-nginx-'))
  // As /etc/nginx is: the bench's owner looks into it.
  await chmod(directory, 0o755)
  const includeDirectory = path.join(directory, 'conf.d')
  for (const folder of [includeDirectory, path.join(directory, 'logs'), path.join(directory, 'temp')])
    await mkdir(folder)
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const benchConfiguration = path.join(bench.directory, 'config', 'nginx.conf')
  const made = await bench.bench(['setup', 'nginx', '--yes'])
  if (made.exitCode !== 0) throw new Error(`bench setup nginx failed: ${made.stderr}${made.stdout}`)
  const place = {
    httpPort,
    httpsPort,
    logs: path.join(directory, 'logs'),
    address,
    sixth: options.address === undefined && hasIpv6(),
  }
  await writeFile(benchConfiguration, onPrivatePorts(await readFile(benchConfiguration, 'utf8'), place))
  await symlink(benchConfiguration, path.join(includeDirectory, `${path.basename(bench.directory)}.conf`))
  for (const [name, text] of Object.entries(options.extraFiles ?? {})) {
    const filled = text
      .replaceAll('$ADDRESS', address)
      .replaceAll('$HTTPS', String(httpsPort))
      .replaceAll('$HTTP', String(httpPort))
    await writeFile(path.join(includeDirectory, name), filled)
  }
  const configuration = path.join(directory, 'nginx.conf')
  await writeFile(configuration, mainConfiguration(directory, user === undefined))
  if (user) await run('chown', ['-R', `${user.uid}:${user.gid}`, directory])

  const argv = ['-p', directory, '-c', configuration, '-e', path.join(directory, 'logs', 'error.log')]
  const account = user ? { uid: user.uid, gid: user.gid } : {}
  const check = async (): Promise<{ exitCode: number; output: string }> => {
    try {
      return { exitCode: 0, output: (await run(PROGRAM, [...argv, '-t'], account)).stderr }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error
      return { exitCode: error.code, output: 'stderr' in error ? String(error.stderr) : '' }
    }
  }
  const checked = await check()
  if (checked.exitCode !== 0) throw new Error(`nginx refuses its configuration: ${checked.output}`)
  // The pid file, not `daemon off`, so that `nginx -s reload` and readers of the pid find what they find in production.
  const child = await startChild({
    argv: [PROGRAM, ...argv, '-g', 'daemon off;'],
    directory,
    logPath: path.join(directory, 'logs', 'start.log'),
    stopSignal: 'SIGQUIT',
    ready: () => accepts(httpPort, address),
    ...(user ? { user } : {}),
  })
  const reload = (): void => {
    process.kill(child.pid, 'SIGHUP')
  }
  const stop = async (): Promise<void> => {
    await child.stop()
    await rm(directory, { recursive: true, force: true })
  }
  return {
    directory,
    configuration,
    includeDirectory,
    benchConfiguration,
    pid: child.pid,
    address,
    httpPort,
    httpsPort,
    check,
    reload,
    stop,
  }
}

interface Place {
  httpPort: number
  httpsPort: number
  logs: string
  address: string
  sixth: boolean
}

/**
 * bench's template has the ports 80 and 443 and /var/log/nginx fixed in it: this is the hand edit that an administrator
 * would make to run it elsewhere, on loopback only.
 */
function onPrivatePorts(text: string, place: Place): string {
  const port = (given: string): number => (given === '443' ? place.httpsPort : place.httpPort)
  const sixth = place.sixth ? (given: string, rest: string) => `listen [::1]:${port(given)}${rest};` : () => ''
  return text
    .replace(
      /listen (80|443)( ssl)?;/g,
      (_, given: string, rest = '') => `listen ${place.address}:${port(given)}${rest};`,
    )
    .replace(/listen \[::\]:(80|443)( ssl)?;/g, (_, given: string, rest = '') => sixth(given, rest))
    .replaceAll('/var/log/nginx/', `${place.logs}/`)
}

function hasIpv6(): boolean {
  try {
    return readFileSync('/proc/net/if_inet6', 'utf8').includes('00000000000000000000000000000001')
  } catch {
    return false // a kernel without IPv6 has no such file
  }
}

/** Debian's main file as far as it matters, with the log format `main` that bench's template asks for. */
function mainConfiguration(directory: string, asRoot: boolean): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${directory}/temp/${kind};`,
  )
  return `${asRoot && process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/logs/error.log;
events { worker_connections 128; }
http {
  types { text/html html; text/css css; text/plain txt; application/javascript js; image/png png; }
  default_type application/octet-stream;
  log_format main '$remote_addr [$time_local] "$host" "$request" $status';
  access_log ${directory}/logs/access.log main;
${temporary.join('\n')}
  include ${directory}/conf.d/*.conf;
}
`
}
