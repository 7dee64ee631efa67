/**
 * A whole database from one server to another, in alternating runs on one machine: ours, bench's own way (mariadb-dump | gzip, then
 * gunzip | sed | sed | mariadb) and mydumper + myloader; then the comparison of both against CHECKSUM TABLE of one.
 * Usage: node benchmarks/copy.ts [scale] [rounds]. Scale 1 is 1.27 million rows and over 1 GB. Goals: ≤ 0.7 × mydumper + myloader,
 * ≤ 1/4 of bench's way, at most 250 MB of memory, comparison ≤ 2 × CHECKSUM TABLE.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compareDatabases } from '../src/database/mariadb/compare-databases.ts'
import type { MariadbAddress } from '../src/database/mariadb/connection.ts'
import { copyDatabase } from '../src/database/mariadb/copy/copy-database.ts'
import { CopyJournal } from '../src/database/mariadb/copy/copy-journal.ts'
import { openSiteDatabase } from '../src/database/open.ts'
import { type MariadbServer, type SiteCredentials, startMariadb } from '../tests/servers/mariadb.ts'
import { type GeneratedSite, generateSite } from './generate-site.ts'

const runFile = promisify(execFile)
const scale = Number(process.argv[2] ?? 0.25)
const rounds = Number(process.argv[3] ?? 3)
/** Its thread counts: of the loader, the best of these counts. */
const LOADER_THREADS = [2, 4]
const NEW: SiteCredentials = { database: '_target', user: '_target', password: 'target' }

await runFile('myloader', ['--version']).catch(() => {
  console.error('mydumper is missing: install it (Debian, Ubuntu: apt-get install mydumper), then run this again.')
  process.exit(3)
})

const options = {
  bufferPoolMegabytes: Math.ceil(256 + 1000 * scale),
  serverArguments: [`--innodb-log-file-size=${scale >= 0.5 ? '1G' : '256M'}`],
}
const [source, target] = [await startMariadb(options), await startMariadb(options)]
const comparisons: number[] = []
const directory = await mkdtemp(join(tmpdir(), 'migrator-benchmark-'))
try {
  const site = await generateSite(source, { scale, sourceHost: 'old.example.com' })
  console.log(`${site.rows} rows, ${availableParallelism()} cores, ${rounds} rounds`)
  const ways = new Map<string, () => Promise<void>>([
    ['ours', () => ourWay(site)],
    ...LOADER_THREADS.map((threads): [string, () => Promise<void>] => [
      `mydumper, myloader with ${threads} threads`,
      () => theirWay(site, threads),
    ]),
    ["bench's way", () => benchWay(site)],
  ])
  const times = new Map<string, number[]>([...ways.keys()].map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of ways) {
      await target.createDatabase(NEW)
      const started = performance.now()
      await way()
      // The first round warms caches and compilers.
      if (round > 0) times.get(name)?.push((performance.now() - started) / 1000)
      if (round === rounds && name === 'ours') await proof(site)
      if (round > 0 && name === 'ours') await compared(site)
      await target.sql('DROP DATABASE _target')
    }
  }
  const ours = times.get('ours') ?? []
  for (const [name, all] of times) {
    const ratios = ours.map((seconds, round) => seconds / (all[round] ?? Number.NaN))
    console.log(
      `${name}: ${median(all).toFixed(1)} s${name === 'ours' ? '' : ` · ours: ${median(ratios).toFixed(2)} × (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`}`,
    )
  }
  console.log(`comparison: ${median(comparisons).toFixed(2)} × CHECKSUM TABLE of one`)
} finally {
  await rm(directory, { recursive: true, force: true })
  await Promise.all([source.stop(), target.stop()])
}

function addressOf(server: MariadbServer, credentials: SiteCredentials): MariadbAddress {
  return { kind: 'mariadb', host: null, port: null, socket: server.socket, ...credentials }
}

async function ourWay(site: SiteCredentials): Promise<void> {
  const from = addressOf(source, site)
  await copyDatabase({
    ...{ source: from, definer: from, target: addressOf(target, NEW), define: (statement) => statement },
    ...{ pipelines: 2, journal: new CopyJournal(async () => undefined, []) },
  })
}

async function theirWay(site: SiteCredentials, threads: number): Promise<void> {
  const files = join(directory, 'mydumper')
  const as = (server: MariadbServer) => [
    `--socket=${server.socket}`,
    '--user=root',
    `--password=${server.rootPassword}`,
  ]
  await runFile('mydumper', [
    ...as(source),
    '--threads=2',
    '--chunk-filesize=64',
    `--database=${site.database}`,
    `--outputdir=${files}`,
  ])
  await runFile('myloader', [
    ...as(target),
    `--threads=${threads}`,
    `--database=${NEW.database}`,
    `--directory=${files}`,
  ])
  await rm(files, { recursive: true })
}

/** frappe/utils/backups.py and frappe/database/db_manager.py, restore_database. */
async function benchWay(site: SiteCredentials): Promise<void> {
  const script = `set -o pipefail
MYSQL_PWD="$3" mariadb-dump --no-defaults --socket="$1" --user="$2" --single-transaction --quick --no-tablespaces "$2" | gzip > "$7"
gzip -cd "$7" | sed '/\\/\\*M\\{0,1\\}!999999\\\\- enable the sandbox mode \\*\\//d' | sed '/\\/\\*![0-9]* DEFINER=[^ ]* SQL SECURITY DEFINER \\*\\//d' | MYSQL_PWD="$6" mariadb --no-defaults --socket="$4" --user="$5" "$5"`
  await runFile('bash', [
    ...['-c', script, 'bench', source.socket, site.database, site.password],
    ...[target.socket, NEW.database, NEW.password, join(directory, 'database.sql.gz')],
  ])
}

/** What was copied is what was there: a fast way that loses rows is none. */
async function proof(site: SiteCredentials): Promise<void> {
  const digests = await Promise.all(
    [addressOf(source, site), addressOf(target, NEW)].map(async (address) => {
      const database = await openSiteDatabase(address)
      const { sha256 } = await database.digest({ parallel: 1 })
      await database.close()
      return sha256
    }),
  )
  if (digests[0] !== digests[1]) throw new Error('the copied database differs from its source')
  console.log(
    `digests of every table and of the schema equal; peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  )
}

/** Both databases against each other, and CHECKSUM TABLE of one of them, after each other. */
async function compared(site: GeneratedSite): Promise<void> {
  const started = performance.now()
  const [from, to] = [addressOf(source, site), addressOf(target, NEW)]
  const { differences } = await compareDatabases(from, to, { parallel: 2 })
  if (differences.length > 0) throw new Error(`compared: ${JSON.stringify(differences)}`)
  const between = performance.now()
  const names = site.tables.map((name) => `\`${name}\``).join(', ')
  await source.sql(`CHECKSUM TABLE ${names}`, site.database)
  const [ours, theirs] = [between - started, performance.now() - between]
  comparisons.push(ours / theirs)
  console.log(`comparison ${(ours / 1000).toFixed(2)} s · CHECKSUM TABLE of one ${(theirs / 1000).toFixed(2)} s`)
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
