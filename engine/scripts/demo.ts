/**
 * The demo of the README: everything a rename does, on a bench whose site is an embedded SQLite database, served by the
 * stand-in framework. Runs the real command line, as a user would.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import { openSiteDatabase } from '../src/database/open.ts'
import { createSandboxBench } from '../src/sandbox/sandbox-bench.ts'
import { startSandboxServer } from '../src/sandbox/sandbox-server.ts'

const ENGINE = resolve(import.meta.dirname, '..')
const MIGRATOR = join(ENGINE, 'bin', 'frappe-migrator')
const started = Date.now()
const directory = join(mkdtempSync(join(tmpdir(), 'frappe-migrator-demo-')), 'frappe-bench')

/** The demo keeps to its own directory: the nginx, hosts file and crontabs of this machine are nobody's playground. */
const OWN_MACHINE = [
  ...['--nginx-config', join(directory, 'machine', 'nginx.conf'), '--hosts-file', join(directory, 'machine', 'hosts')],
  ...['--crontab-directory', join(directory, 'machine', 'cron.d')],
]
const inside = (parameters: string[]): string[] =>
  parameters[0] === 'rename-domain' ? [...parameters, ...OWN_MACHINE] : parameters

const say = (text: string) => process.stdout.write(`\n${styleText('bold', text, { stream: process.stdout })}\n`)

function expect(actual: unknown, wanted: unknown, what: string): void {
  if (actual === wanted) return
  process.stderr.write(`\nThe demo failed: ${what}: expected ${String(wanted)}, got ${String(actual)}\n`)
  process.exit(1)
}

/** Runs one command as a user would type it and shows what it prints, shortened in the middle. */
function migrator(parameters: string[], wantedCode: number, lines = 200): string {
  process.stdout.write(`$ frappe-migrator ${parameters.join(' ')}\n`)
  const done = spawnSync(MIGRATOR, inside(parameters), {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = done.stdout.trimEnd().split('\n')
  const shown = output.length > lines ? [...output.slice(0, lines), `  … ${output.length - lines} more lines`] : output
  process.stdout.write(`${shown.map((line) => `  ${line}`).join('\n')}\n`)
  expect(done.status, wantedCode, `exit code of ${parameters[0]}`)
  return done.stdout
}

function databaseOf(site: string): string {
  const config = JSON.parse(readFileSync(join(directory, 'sites', site, 'site_config.json'), 'utf8'))
  return join(directory, 'sites', site, 'db', `${config.db_name}.db`)
}

async function digest(site: string): Promise<string> {
  const database = await openSiteDatabase({ kind: 'sqlite', path: databaseOf(site) })
  try {
    return (await database.digest()).sha256
  } finally {
    await database.close()
  }
}

/** Ends a rename without warning in its rows: another writer holds the database, so that the kill meets them in the middle. */
async function killInTheMiddle(site: string, parameters: string[]): Promise<void> {
  process.stdout.write(`$ frappe-migrator ${parameters.join(' ')}\n`)
  const earlier = runs()
  const rowsBegun = () =>
    runs().some((id) => !earlier.includes(id) && /"chunk":\d+,"event":"begin"/.test(journalOf(id)))
  const other = new DatabaseSync(databaseOf(site))
  other.exec('BEGIN IMMEDIATE')
  const child = spawn(MIGRATOR, inside(parameters), { cwd: directory, stdio: 'ignore', detached: true })
  const ended = new Promise((done) => child.once('exit', done))
  const { pid } = child
  if (pid === undefined) throw new Error('the command could not be started')
  while (!rowsBegun() && child.exitCode === null) await sleep(5)
  process.kill(-pid, 'SIGKILL')
  await ended
  other.close()
  expect(existsSync(join(directory, 'sites', site)), true, `sites/${site} is still there`)
  process.stdout.write(
    `  killed (SIGKILL) while it rewrote rows: what they held before is on the disk, sites/${site} is in maintenance and has its name yet\n`,
  )
}

const runsDirectory = join(directory, '.migrator', 'runs')
const runs = (): string[] => readdirSync(runsDirectory).sort()

function journalOf(id: string): string {
  const journal = join(runsDirectory, id, 'journal.jsonl')
  return existsSync(journal) ? readFileSync(journal, 'utf8') : ''
}

process.stdout.write('Building a throwaway bench with one site, old.cloud (an embedded SQLite database)…\n')
const bench = await createSandboxBench({ directory })
const server = await startSandboxServer(bench)
try {
  const before = await digest('old.cloud')

  say('1. What would happen? (changes nothing)')
  migrator(['rename-domain', '--source', 'old.cloud', '--target', 'new.domain', '--plan'], 2, 60)
  expect(await digest('old.cloud'), before, 'digest after the plan')

  say('2. Rename')
  migrator(['rename-domain', '--source', 'old.cloud', '--target', 'new.domain', '--no-interactive'], 0)

  say('3. Prove it again, on its own')
  migrator(['verify-migration', '--site', 'new.domain'], 0)

  say('4. A second rename, killed in the middle')
  await killInTheMiddle('new.domain', [
    'rename-domain',
    '--source',
    'new.domain',
    '--target',
    'shop.example.org',
    '--no-interactive',
  ])
  migrator(['rename-domain', '--source', 'new.domain', '--target', 'other.example.org', '--no-interactive'], 4)

  say('5. Resume it')
  migrator(['resume', '--no-interactive'], 0, 14)

  say('6. Take both back, days later if need be')
  migrator(['rollback', '--no-interactive'], 0, 8)
  migrator(['rollback', '--no-interactive'], 0, 8)
  const after = await digest('old.cloud')
  expect(after, before, 'digest after the rollbacks')

  say('7. What stands in the log')
  migrator(['rollback', '--list'], 0)
  const report = join(runsDirectory, runs()[0] ?? '', 'report.html')
  process.stdout.write(`
The database is the same to the last value as at the start:
  ${before}
  ${after}
Done in ${((Date.now() - started) / 1000).toFixed(1)} s. The throwaway bench stays at ${directory}; remove it when you have looked.
The report of the first rename: ${report}
`)
} finally {
  await server.stop()
}
