/**
 * A whole rename, by the installed program's bundle, beside `mariadb-dump | sed | mariadb` into a new database on the same server, and
 * the safety backup beside `mariadb-dump | gzip` (what `bench backup` runs, which starts Python besides), all over the address the site
 * is configured with. Then the same number of planned rows in a database four times as large: the maintenance window must not grow.
 * Usage: node benchmarks/rename.ts [scale] [--no-large]. Goals: rename ≤ 0.1 ×, backup ≤ 0.33 ×, window ≤ 5 s for 20,000 rows, 200 MB.
 */
import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { JournalLine } from '../src/execution/journal.ts'
import { createSandboxBench } from '../src/sandbox/sandbox-bench.ts'
import { type MariadbServer, startMariadb } from '../tests/servers/mariadb.ts'
import { type GeneratedSite, generateSite } from './generate-site.ts'

const ENGINE = resolve(import.meta.dirname, '..')
const HOST = 'old.example.com'
const scale = Number(process.argv[2] ?? 1)
const withLarge = !process.argv.includes('--no-large')

/** The catalogue a real site has, so that the generated masters are DocTypes with fields and not left-overs. */
async function addCatalogue(server: MariadbServer, site: GeneratedSite): Promise<void> {
  const masters = site.masterTables.filter((table) => table.startsWith('tabMaster'))
  const names = masters.map((table) => table.slice(3))
  const fields = [
    ['title', 'Data', ''],
    ['website', 'Data', 'URL'],
    ['status', 'Select', ''],
    ['description', 'Text', ''],
    ['content', 'Text Editor', ''],
    ['settings', 'Long Text', ''],
  ]
  const rows = names.flatMap((name) =>
    fields.map(([field, type, options]) => `('${name}','${field}','${type}','${options}')`),
  )
  await server.sql(
    `CREATE TABLE tabDocType (name varchar(140) PRIMARY KEY, module varchar(140), issingle int, istable int, is_virtual int,
       is_submittable int, in_create int, custom int, autoname varchar(140));
     INSERT INTO tabDocType VALUES ${[...names, 'Comment', 'Version'].map((name) => `('${name}','Core',0,0,0,0,0,0,'hash')`).join(',')};
     CREATE TABLE tabDocField (name int AUTO_INCREMENT PRIMARY KEY, parent varchar(140), fieldname varchar(140), fieldtype varchar(140), options text);
     INSERT INTO tabDocField (parent, fieldname, fieldtype, options) VALUES ${rows.join(',')};
     CREATE TABLE tabFile (name varchar(140) PRIMARY KEY, creation datetime(6), file_url longtext);
     CREATE TABLE __Auth (doctype varchar(140), name varchar(255), fieldname varchar(140), password text, encrypted int, PRIMARY KEY (doctype, name, fieldname));`,
    site.database,
  )
}

/** Three of four host rows name another host, so that the large database has as many planned rows as the small one. */
async function thinOut(server: MariadbServer, site: GeneratedSite): Promise<void> {
  for (const table of site.masterTables.filter((name) => name !== 'tabSingles')) {
    const set = ['website', 'description', 'content'].map(
      (column) => `${column} = REPLACE(${column}, '${HOST}', 'else.example.org')`,
    )
    await server.sql(`UPDATE \`${table}\` SET ${set.join(', ')} WHERE CRC32(name) % 4 <> 0`, site.database)
  }
}

interface Measured {
  wall: number
  backup: number
  checks: number
  window: number
  cells: number
  peakMegabytes: number
}

/** Peak resident memory of a process, read until it ends (VmHWM only grows). */
async function runWatched(argv: string[], directory: string): Promise<{ code: number; peakMegabytes: number }> {
  const child = spawn(argv[0] ?? '', argv.slice(1), { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
  let peak = 0
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
  }, 20)
  const code = await new Promise<number>((done) => child.once('exit', (exit) => done(exit ?? 1)))
  clearInterval(watch)
  return { code, peakMegabytes: Math.round(peak) }
}

async function rename(server: MariadbServer, site: GeneratedSite): Promise<Measured> {
  const directory = join(await mkdtemp(join(tmpdir(), 'migrator-benchmark-')), 'bench')
  const { password, database } = site
  const mariadb = {
    db_type: 'mariadb',
    db_host: server.host,
    db_port: server.port,
    db_name: database,
    db_password: password,
  }
  try {
    await createSandboxBench({ directory, siteName: HOST, siteConfig: mariadb })
    const started = performance.now()
    const { code, peakMegabytes } = await runWatched(
      [
        process.execPath,
        '--max-semi-space-size=4',
        bundle,
        'rename-domain',
        '--source',
        HOST,
        '--target',
        'new.example.org',
        '--no-interactive',
      ],
      directory,
    )
    const wall = (performance.now() - started) / 1000
    if (code !== 0) throw new Error(`the rename ended with ${code}`)
    const runs = join(directory, '.migrator', 'runs')
    const [run] = await readdir(runs)
    const text = await readFile(join(runs, run ?? '', 'journal.jsonl'), 'utf8')
    return {
      wall,
      peakMegabytes,
      ...fromJournal(
        text
          .trim()
          .split('\n')
          .map((line) => JournalLine.parse(JSON.parse(line))),
      ),
    }
  } finally {
    await rm(resolve(directory, '..'), { recursive: true, force: true })
  }
}

function fromJournal(lines: JournalLine[]): Pick<Measured, 'backup' | 'checks' | 'window' | 'cells'> {
  const done = (step: string) => lines.find((line) => line.type === 'done' && line.step === step)
  const at = (line: JournalLine | undefined) => (line ? Date.parse(line.time) : Number.NaN)
  const intent = lines.find((line) => line.type === 'intent' && line.step === 'maintenance-on')
  const seconds = (step: string) => {
    const line = done(step)
    return line?.type === 'done' ? line.milliseconds / 1000 : Number.NaN
  }
  const rows = done('rewrite-rows')
  const checked = lines.flatMap((line, index) =>
    line.type === 'checks' ? [(at(line) - at(lines[index - 1])) / 1000] : [],
  )
  const after = rows?.type === 'done' ? (rows.after as { changed: number }) : { changed: Number.NaN }
  return {
    backup: seconds('safety-backup'),
    checks: checked.reduce((sum, value) => sum + value, 0),
    window: (at(done('maintenance-off')) - at(intent)) / 1000,
    cells: after.changed,
  }
}

/** Seconds of a pipeline in which @ stands for the client's options. */
function shell(options: string, pipeline: string): number {
  const client = `--defaults-extra-file=${options}`
  const started = performance.now()
  const done = spawnSync('bash', ['-o', 'pipefail', '-c', pipeline.replaceAll('@', client)], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${pipeline}: ${done.stderr}`)
  return (performance.now() - started) / 1000
}

async function peers(server: MariadbServer, site: GeneratedSite): Promise<{ byDump: number; benchBackup: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'migrator-benchmark-'))
  const options = join(directory, 'client.cnf')
  await writeFile(
    options,
    `[client]\nuser=root\npassword=${server.rootPassword}\nhost=${server.host}\nport=${server.port}\nprotocol=tcp\n`,
    {
      mode: 0o600,
    },
  )
  try {
    const dump = `mariadb-dump @ --single-transaction --quick --lock-tables=false ${site.database}`
    const benchBackup = shell(options, `${dump} | gzip > ${join(directory, 'backup.sql.gz')}`)
    await server.sql('CREATE DATABASE renamed_by_dump')
    const byDump = shell(options, `${dump} | sed 's/old\\.example\\.com/new.example.org/g' | mariadb @ renamed_by_dump`)
    await server.sql('DROP DATABASE renamed_by_dump')
    return { byDump, benchBackup }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const ratio = (one: number, other: number): string => `${(one / other).toFixed(3)} ×`

async function withSite<Result>(
  size: number,
  work: (server: MariadbServer, site: GeneratedSite) => Promise<Result>,
): Promise<Result> {
  const server = await startMariadb({
    bufferPoolMegabytes: Math.ceil(256 + 2200 * Math.min(size, 2)),
    serverArguments: [`--innodb-log-file-size=${size >= 0.5 ? '1G' : '96M'}`],
  })
  try {
    const site = await generateSite(server, { scale: size, sourceHost: HOST })
    await addCatalogue(server, site)
    if (size > scale) await thinOut(server, site)
    return await work(server, site)
  } finally {
    await server.stop()
  }
}

const built = await mkdtemp(join(tmpdir(), 'migrator-bundle-'))
const bundle = join(built, 'frappe-migrator.mjs')
spawnSync(process.execPath, [join(ENGINE, 'scripts', 'bundle.ts'), '--out', built], { stdio: 'inherit' })
process.once('exit', () => rmSync(built, { recursive: true, force: true }))
const small = await withSite(scale, async (server, site) => {
  const other = await peers(server, site)
  return { ...(await rename(server, site)), ...other, rows: site.rows }
})
const itself = small.wall - small.backup - small.checks
console.log(
  `${small.rows} rows, ${small.cells} values rewritten; wall ${small.wall.toFixed(1)} s, of it safety backup ${small.backup.toFixed(1)} s and checks ${small.checks.toFixed(1)} s`,
)
console.log(
  `rename itself (plan, search, rewrite, search again): ${itself.toFixed(1)} s = ${ratio(itself, small.byDump)} of mariadb-dump | sed | mariadb (${small.byDump.toFixed(1)} s), goal 0.1`,
)
console.log(
  `safety backup with its verification: ${small.backup.toFixed(1)} s = ${ratio(small.backup, small.benchBackup)} of mariadb-dump | gzip (${small.benchBackup.toFixed(1)} s), goal 0.33`,
)
console.log(`maintenance window: ${small.window.toFixed(2)} s for ${small.cells} values, goal 5 s for 20,000`)
console.log(`peak memory of the engine: ${small.peakMegabytes} MB, goal 200`)
if (withLarge) {
  const large = await withSite(scale * 4, rename)
  console.log(
    `four times the size: window ${large.window.toFixed(2)} s for ${large.cells} values = ${ratio(large.window, small.window)}; peak memory ${large.peakMegabytes} MB; wall ${large.wall.toFixed(1)} s`,
  )
}
