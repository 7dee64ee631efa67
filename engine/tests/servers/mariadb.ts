/**
 * A private MariaDB for tests and benchmarks: its own data directory, its own socket, a free port of 127.0.0.1,
 * stopped by pid. The freshly installed data directory is made once per version and copied for each start.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, cp, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { withoutSandboxLine } from './sandbox-line.ts'

const runFile = promisify(execFile)

export interface MariadbOptions {
  /** true: every commit reaches the disk (the server's own default). false: faster, survives a killed server, not a power cut. */
  durable?: boolean
  bufferPoolMegabytes?: number
  /** Further lines for the server's argument vector: `--max-allowed-packet=16M`. */
  serverArguments?: string[]
}

export interface SiteCredentials {
  database: string
  user: string
  password: string
}

export interface MariadbServer {
  host: '127.0.0.1'
  port: number
  socket: string
  rootPassword: string
  pid: number
  directory: string
  /** Runs SQL as root through the command line client; answers its raw, tab separated output. */
  sql(statements: string, database?: string): Promise<string>
  /** Makes a database and its user with the grants bench gives (all on that database only). */
  createDatabase(site: SiteCredentials): Promise<void>
  /** createDatabase, then the dump into it as that user. */
  importDump(gzipPath: string, site: SiteCredentials): Promise<void>
  stop(): Promise<void>
  /** Starts it again on the same data, port and socket after it was killed. */
  startAgain(): Promise<void>
}

/** Starts a server in a new temporary directory and waits until it answers. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-mariadb-'))
  const dataDirectory = path.join(directory, 'data')
  await cp(await installedDataDirectory(), dataDirectory, { recursive: true, mode: 2 })
  const socket = path.join(directory, 'server.sock')
  const port = await freePort()
  const rootPassword = 'private-test-server'
  const launch = async () => {
    const log = await open(path.join(directory, 'error.log'), 'a')
    const started = spawn(serverProgram(), serverArguments({ dataDirectory, socket, port, options }), {
      stdio: ['ignore', log.fd, log.fd],
    })
    await log.close()
    if (started.pid === undefined) throw new Error('mariadbd did not start')
    return started
  }
  let child = await launch()
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)

  const clientArguments = [
    '--no-defaults',
    `--socket=${socket}`,
    '--user=root',
    '--batch',
    '--raw',
    '--skip-column-names',
  ]
  const clientEnvironment = { ...process.env, MYSQL_PWD: rootPassword }
  const sql = async (statements: string, database?: string) => {
    const chosen = database === undefined ? [] : [database]
    const running = runFile(clientProgram(), [...clientArguments, ...chosen], {
      env: clientEnvironment,
      maxBuffer: 64 << 20,
    })
    running.child.stdin?.end(statements)
    return (await running).stdout
  }
  const stop = async () => {
    await endProcess(child)
    process.removeListener('exit', killNow)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await waitUntilReady(child, socket, path.join(directory, 'error.log'))
    await runFile(clientProgram(), [
      ...clientArguments,
      '-e',
      `ALTER USER root@localhost IDENTIFIED BY '${rootPassword}'`,
    ])
  } catch (error) {
    await stop()
    throw error
  }
  const createDatabase = async (site: SiteCredentials) => {
    await sql(
      `CREATE DATABASE \`${site.database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
       CREATE USER IF NOT EXISTS '${site.user}'@'%' IDENTIFIED BY '${site.password}';
       CREATE USER IF NOT EXISTS '${site.user}'@'localhost' IDENTIFIED BY '${site.password}';
       GRANT ALL PRIVILEGES ON \`${site.database}\`.* TO '${site.user}'@'%';
       GRANT ALL PRIVILEGES ON \`${site.database}\`.* TO '${site.user}'@'localhost';`,
    )
  }
  const importDump = async (gzipPath: string, site: SiteCredentials) => {
    await createDatabase(site)
    const client = spawn(
      clientProgram(),
      [
        '--no-defaults',
        `--socket=${socket}`,
        `--user=${site.user}`,
        '--init-command=SET SESSION unique_checks=0',
        site.database,
      ],
      { env: { ...process.env, MYSQL_PWD: site.password }, stdio: ['pipe', 'ignore', 'pipe'] },
    )
    let complaint = ''
    client.stderr.on('data', (text: Buffer) => {
      complaint += text.toString()
    })
    const ended = new Promise<number | null>((resolve) => client.once('close', resolve))
    await pipeline(createReadStream(gzipPath), createGunzip(), withoutSandboxLine(), client.stdin)
    if ((await ended) !== 0) throw new Error(`import of ${gzipPath} failed: ${complaint}`)
  }
  return {
    host: '127.0.0.1',
    port,
    socket,
    rootPassword,
    get pid() {
      return child.pid ?? 0
    },
    directory,
    sql,
    createDatabase,
    importDump,
    stop,
    startAgain: async () => {
      await endProcess(child)
      await rm(socket, { force: true })
      child = await launch()
      await waitUntilReady(child, socket, path.join(directory, 'error.log'), rootPassword)
    },
  }
}

interface Launch {
  dataDirectory: string
  socket: string
  port: number
  options: MariadbOptions
}

function serverArguments({ dataDirectory, socket, port, options }: Launch): string[] {
  return [
    '--no-defaults',
    `--datadir=${dataDirectory}`,
    // A starting server removes every `#sql*` file of its tmpdir: in /tmp, those of the machine's other servers too.
    `--tmpdir=${path.dirname(dataDirectory)}`,
    `--socket=${socket}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--pid-file=${path.join(path.dirname(dataDirectory), 'server.pid')}`,
    '--skip-name-resolve=0',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--skip-character-set-client-handshake',
    '--performance-schema=0',
    '--skip-log-bin',
    `--innodb-buffer-pool-size=${options.bufferPoolMegabytes ?? 128}M`,
    `--innodb-flush-log-at-trx-commit=${options.durable === true ? 1 : 2}`,
    '--innodb-log-file-size=96M',
    '--max-allowed-packet=64M',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...(options.serverArguments ?? []),
  ]
}

/** Installs the system tables once per version; others wait for the finished directory. */
async function installedDataDirectory(): Promise<string> {
  const version = execFileSync(serverProgram(), ['--version'], { encoding: 'utf8' })
  const name = version
    .replace(/^.*Ver\s+/, '')
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 60)
  const owner = process.getuid?.() ?? 0
  const template = path.join(tmpdir(), `migrator-mariadb-template-${owner}-${name}`)
  if (existsSync(path.join(template, 'complete'))) return template
  const building = await mkdtemp(path.join(tmpdir(), 'migrator-mariadb-install-'))
  await chmod(building, 0o700)
  await runFile(installProgram(), [
    '--no-defaults',
    `--datadir=${building}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=96M',
    ...(owner === 0 ? ['--user=root'] : []),
  ])
  await writeFile(path.join(building, 'complete'), version)
  try {
    await rename(building, template)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    if (!existsSync(path.join(template, 'complete'))) throw error
  }
  return template
}

async function waitUntilReady(child: ChildProcess, socket: string, logPath: string, password?: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break
    if (existsSync(socket)) {
      const asking = ['--no-defaults', `--socket=${socket}`, '--user=root', '-e', 'DO 1']
      const environment = password === undefined ? process.env : { ...process.env, MYSQL_PWD: password }
      const answered = await runFile(clientProgram(), asking, { env: environment }).then(
        () => true,
        () => false,
      )
      if (answered) return
    }
    await delay(50)
  }
  throw new Error(`mariadbd did not become ready:\n${(await readFile(logPath, 'utf8')).slice(-4000)}`)
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const graceful = await Promise.race([ended.then(() => true), delay(15_000, false, { ref: false })])
  if (!graceful) child.kill('SIGKILL')
  await ended
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}

const serverProgram = () =>
  firstPresent(['/usr/sbin/mariadbd', '/usr/sbin/mysqld', '/usr/local/sbin/mariadbd'], 'mariadbd')
const installProgram = () =>
  firstPresent(['/usr/bin/mariadb-install-db', '/usr/local/bin/mariadb-install-db'], 'mariadb-install-db')
const clientProgram = () => firstPresent(['/usr/bin/mariadb', '/usr/bin/mysql', '/usr/local/bin/mariadb'], 'mariadb')

function firstPresent(candidates: string[], fallback: string): string {
  return candidates.find((candidate) => existsSync(candidate)) ?? fallback
}
