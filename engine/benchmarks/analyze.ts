/**
 * analyze-site --all-sites on benches of 50 and of 200 sites, in alternating runs, process start included.
 * Usage: node benchmarks/analyze.ts [sqlite|mariadb] [rounds]. Goals: 200 sites in at most 5 s on 2 cores, and at most 4 × the time of 50.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createSandboxBench } from '../src/sandbox/sandbox-bench.ts'
import { type MariadbServer, startMariadb } from '../tests/servers/mariadb.ts'

const kind = process.argv[2] === 'mariadb' ? 'mariadb' : 'sqlite'
const rounds = Number(process.argv[3] ?? 5)
const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname
const home = await mkdtemp(join(tmpdir(), 'migrator-analyze-'))
const server = kind === 'mariadb' ? await startMariadb() : null
try {
  const [small, large] = [await makeBench(50), await makeBench(200)]
  const seconds = { small: [] as number[], large: [] as number[] }
  for (let round = 0; round <= rounds; round += 1) {
    const [one, other] = [await analyze(small, 50), await analyze(large, 200)]
    // The first round fills the caches of files.
    if (round === 0) continue
    seconds.small.push(one)
    seconds.large.push(other)
  }
  const [fifty, twoHundred] = [median(seconds.small), median(seconds.large)]
  console.log(`${kind} sites, ${availableParallelism()} cores, median of ${rounds} rounds`)
  console.log(
    `50 sites ${fifty.toFixed(2)} s, 200 sites ${twoHundred.toFixed(2)} s, ratio ${(twoHundred / fifty).toFixed(2)} for 4 × the sites`,
  )
} finally {
  await server?.stop()
  await rm(home, { recursive: true, force: true })
}

async function makeBench(sites: number): Promise<string> {
  const directory = join(home, String(sites), 'frappe-bench')
  await mkdir(join(home, String(sites)))
  const bench = await createSandboxBench({ directory, siteName: 'site-0.test' })
  const first = join(directory, 'sites', bench.siteName)
  const config = JSON.parse(await readFile(join(first, 'site_config.json'), 'utf8'))
  for (let number = 1; number < sites; number += 1) {
    const copy = join(directory, 'sites', `site-${number}.test`)
    await cp(first, copy, { recursive: true })
    const name = `_site_${sites}_${number}`
    if (server === null) await rename(join(copy, 'db', `${config.db_name}.db`), join(copy, 'db', `${name}.db`))
    const address = server === null ? {} : await addDatabase(server, name)
    await writeFile(join(copy, 'site_config.json'), JSON.stringify({ ...config, db_name: name, ...address }))
  }
  return directory
}

/** A database with the tables that the checks ask for; a real site has 500 more, which information_schema lists in the same query. */
async function addDatabase(mariadb: MariadbServer, database: string): Promise<Record<string, unknown>> {
  const site = { database, user: database, password: 'of-a-benchmark' }
  await mariadb.createDatabase(site)
  await mariadb.sql(
    `CREATE TABLE tabDocType (name varchar(140) PRIMARY KEY);
     CREATE TABLE tabSingles (doctype varchar(255), field varchar(255), value longtext);
     CREATE TABLE tabDefaultValue (name varchar(140) PRIMARY KEY, parent varchar(140), defkey varchar(140), defvalue text);
     CREATE TABLE __Auth (doctype varchar(140), name varchar(255), fieldname varchar(140), password text, encrypted tinyint);
     CREATE TABLE tabFile (name varchar(140) PRIMARY KEY, creation datetime(6), file_url text, file_size bigint, is_folder int);`,
    database,
  )
  return { db_type: 'mariadb', db_host: mariadb.host, db_port: mariadb.port, db_password: site.password }
}

async function analyze(directory: string, sites: number): Promise<number> {
  const start = performance.now()
  const argv = [MAIN, 'analyze-site', '--all-sites', '--json', '--bench', directory]
  const done = await promisify(execFile)(process.execPath, argv, { maxBuffer: 256 << 20 }).catch((error: unknown) => {
    // Exit 2: nothing runs on this bench, which is a finding.
    if (error instanceof Error && 'code' in error && error.code === 2 && 'stdout' in error)
      return { stdout: String(error.stdout) }
    throw error
  })
  const seconds = (performance.now() - start) / 1000
  const seen = JSON.parse(done.stdout)
  if (seen.sites.length !== sites) throw new Error(`${seen.sites.length} of ${sites} sites were seen`)
  const late = seen.findings.filter(
    ({ id }: { id: string }) => id === 'check-timeout' || id === 'check-failed' || id === 'survey-timeout',
  )
  if (late.length > 0) throw new Error(`left out: ${JSON.stringify(late[0])}, ${late.length} in all`)
  return seconds
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
