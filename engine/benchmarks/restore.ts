/**
 * The database part of a restore (read, filter, load, then digests) against bench's own way (gunzip | sed | sed | mariadb), in alternating
 * runs on one server. Usage: node benchmarks/restore.ts [scale] [rounds]. Scale 1 is 1.27 million rows and over 1 GB. Goals: faster
 * than bench's way; at most 250 MB of memory.
 */
import { execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import { readPart } from '../src/backup/part-content.ts'
import { LoadStatements } from '../src/changes/load-statements.ts'
import { type LoadStatement, loadDump } from '../src/database/mariadb/load-dump.ts'
import { openSiteDatabase } from '../src/database/open.ts'
import { type SiteCredentials, startMariadb } from '../tests/servers/mariadb.ts'
import { generateSite } from './generate-site.ts'

const scale = Number(process.argv[2] ?? 0.25)
const rounds = Number(process.argv[3] ?? 3)

const server = await startMariadb({
  bufferPoolMegabytes: Math.ceil(256 + 1000 * scale),
  serverArguments: [`--innodb-log-file-size=${scale >= 0.5 ? '1G' : '256M'}`],
})
const directory = await mkdtemp(join(tmpdir(), 'migrator-benchmark-'))
try {
  const site = await generateSite(server, { scale, sourceHost: 'old.example.com' })
  const file = join(directory, '20260101_000000-old_example_com-database.sql.gz')
  await dump(site, file)
  const { size } = await stat(file)
  console.log(
    `${site.rows} rows, dump of ${Math.round(size / 1e6)} MB compressed, ${availableParallelism()} cores, ${rounds} rounds`,
  )
  const target = { database: '_target', user: '_target', password: 'target' }
  const times = new Map<string, number[]>()
  const ways: [string, () => Promise<void>][] = [
    ["bench's way", () => benchWay(target, file)],
    ['loaded', () => ourWay(target, file)],
  ]
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of ways) {
      await server.createDatabase(target)
      const started = performance.now()
      await way()
      // The first round warms caches and compilers.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), (performance.now() - started) / 1000])
      if (round === rounds && name === 'loaded') await proof(site, target)
      await server.sql('DROP DATABASE _target')
    }
  }
  const [theirs, ours] = ways.map(([name]) => median(times.get(name) ?? []))
  if (theirs !== undefined && ours !== undefined) {
    console.log(`bench's way: ${theirs.toFixed(1)} s · loaded: ${ours.toFixed(1)} s`)
    console.log(`  loading: ${(ours / theirs).toFixed(2)} × bench's way (gunzip | sed | sed | mariadb)`)
  }
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
} finally {
  await rm(directory, { recursive: true, force: true })
  await server.stop()
}

async function dump(site: SiteCredentials, file: string): Promise<void> {
  const child = spawn(
    'mariadb-dump',
    [
      ...['--no-defaults', `--socket=${server.socket}`, `--user=${site.user}`, '--single-transaction', '--quick'],
      ...['--no-tablespaces', site.database],
    ],
    { env: { ...process.env, MYSQL_PWD: site.password }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await pipeline(child.stdout, createGzip({ level: 6 }), createWriteStream(file))
}

/** frappe/database/db_manager.py, restore_database. */
async function benchWay({ user, password, database }: SiteCredentials, file: string): Promise<void> {
  const script = `set -o pipefail; gzip -cd "$1" | sed '/\\/\\*M\\{0,1\\}!999999\\\\- enable the sandbox mode \\*\\//d' | sed '/\\/\\*![0-9]* DEFINER=[^ ]* SQL SECURITY DEFINER \\*\\//d' | mariadb --no-defaults --socket="$2" --user="$3" "$4"`
  const env = { ...process.env, MYSQL_PWD: password }
  await promisify(execFile)('bash', ['-c', script, 'restore', file, server.socket, user, database], { env })
}

async function ourWay(target: SiteCredentials, path: string): Promise<void> {
  const address = { kind: 'mariadb' as const, host: server.host, port: server.port, socket: null, ...target }
  const statements = new LoadStatements({})
  const part = { role: 'database' as const, path, bytes: (await stat(path)).size, name: null }
  const read = async (take: (statement: LoadStatement) => Promise<void>) => {
    await readPart(part, {}, async (chunk) => {
      for (const statement of statements.push(chunk)) await take(statement)
      return true
    })
    for (const statement of statements.end()) await take(statement)
  }
  await loadDump(address, read, {
    connections: Math.min(4, availableParallelism()),
    done: new Set(),
    onTable: async () => undefined,
    onAlterations: async () => undefined,
  })
}

/** What was loaded is what was there: a fast way that loses rows is none. Its time is told apart. */
async function proof(source: SiteCredentials, target: SiteCredentials): Promise<void> {
  const digest = async (credentials: SiteCredentials) => {
    const database = await openSiteDatabase({
      kind: 'mariadb',
      host: server.host,
      port: server.port,
      socket: null,
      ...credentials,
    })
    const started = performance.now()
    const { sha256 } = await database.digest({ parallel: availableParallelism() })
    await database.close()
    return { sha256, seconds: (performance.now() - started) / 1000 }
  }
  const [one, other] = [await digest(source), await digest(target)]
  if (one.sha256 !== other.sha256) throw new Error('the loaded database differs from the one that was dumped')
  console.log(`digests of every table equal; ${other.seconds.toFixed(1)} s for those of the loaded one`)
}

function median(values: number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}
