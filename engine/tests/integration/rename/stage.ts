/** A whole production in miniature: a real bench with a real site, MariaDB, Redis, nginx and gunicorn, all private. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { SiteDatabase } from '../../../src/database/site-database.ts'
import { createBench, type TestBench } from '../../servers/bench.ts'
import type { Child } from '../../servers/child.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { type Ended, migrator } from '../../servers/migrator.ts'
import { type NginxOptions, type NginxServer, startNginx } from '../../servers/nginx.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { addSite, sharedData, type TestSite } from '../../servers/site.ts'
import { treeOf } from '../../servers/tree.ts'
import { startWeb } from '../../servers/web.ts'

export interface StageOptions {
  dataSet: 'site-v15' | 'site-v14'
  site: string
  siteConfig?: Record<string, unknown>
  commonConfig?: Record<string, unknown>
  extraFiles?: NginxOptions['extraFiles']
  /** Before nginx' configuration is made: `bench setup add-domain`, further files. */
  arrange?: (bench: TestBench, site: TestSite) => Promise<void>
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string
}

export interface Stage {
  mariadb: MariadbServer
  redis: RedisServer
  bench: TestBench
  site: TestSite
  nginx: NginxServer
  web: Child
  database: SiteDatabase
  /** Where hosts file and crontabs of this stage are. */
  hostsFile: string
  crontabs: string
  /** What a visitor gets through nginx. */
  visit(host: string, path: string, asked?: Asked): Promise<Answer>
  /** The product's command line, standing in the bench, never at a terminal; it is told where this stage keeps its machine's files. */
  migrate(...parameters: string[]): Promise<Ended>
  rename(source: string, target: string, ...more: string[]): Promise<Ended>
  /** Every file of sites/, config/, nginx' include directory, the hosts file and the crontabs: path, mode, owner, digest. */
  tree(): string[]
  digest(): Promise<string>
  sql(statement: string): Promise<string>
  python(script: string, input?: unknown): Promise<unknown>
  /** Directory of the newest run. */
  lastRun(): string
  stop(): Promise<void>
}

/** The data set's folder; a test without it fails and says what is missing. */
export function dumpOf(dataSet: StageOptions['dataSet']): string {
  const dump = sharedData(dataSet)
  assert.ok(
    dump,
    'this test needs the shared data sets: put them into ../shared/data, or name them with MIGRATOR_SHARED_DATA',
  )
  return dump
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const dump = dumpOf(options.dataSet)
  const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()])
  const bench = await createBench({ redis, ...(options.commonConfig ? { commonConfig: options.commonConfig } : {}) })
  const site = await addSite(bench, options.site, {
    dump,
    mariadb,
    ...(options.siteConfig ? { siteConfig: options.siteConfig } : {}),
  })
  await options.arrange?.(bench, site)
  const [nginx, web] = await Promise.all([
    startNginx({ bench, ...(options.extraFiles ? { extraFiles: options.extraFiles } : {}) }),
    startWeb(bench, 'gunicorn'),
  ])
  const database = await openSiteDatabase({
    kind: 'mariadb',
    host: mariadb.host,
    port: mariadb.port,
    socket: null,
    ...site.database,
  })
  const hostsFile = join(nginx.directory, 'hosts')
  const crontabs = join(nginx.directory, 'cron.d')
  await writeFile(hostsFile, `127.0.0.1\tlocalhost\n127.0.0.1\t${options.site} www.${options.site}\n# end\n`)
  await mkdir(crontabs)
  const line = `0 4 * * * root cd ${bench.directory} && bench --site ${options.site} backup\n`
  await writeFile(join(crontabs, 'backups'), `# nightly\nSHELL=/bin/sh\n${line}`)
  const machine = ['--nginx-config', nginx.configuration, '--hosts-file', hostsFile, '--crontab-directory', crontabs]
  const migrate = (command: string, ...more: string[]) => migrator(bench.directory, [command, ...machine, ...more])
  const runs = join(bench.directory, '.migrator', 'runs')
  return {
    mariadb,
    redis,
    bench,
    site,
    nginx,
    web,
    database,
    hostsFile,
    crontabs,
    visit: (host, path, asked = {}) => visit(nginx.httpPort, host, path, asked),
    migrate: (command = '', ...more) => migrate(command, ...more),
    rename: (source, target, ...more) =>
      migrate('rename-domain', '--source', source, '--target', target, '--no-interactive', ...more),
    tree: () => [
      ...treeOf(bench.sitesDirectory).filter((line) => !/(\.log|\.pyc|\/__pycache__|(^|\/)logs) /.test(line)),
      ...treeOf(join(bench.directory, 'config')),
      ...treeOf(nginx.directory, { without: ['logs', 'temp', 'nginx.pid'] }),
    ],
    digest: async () => (await database.digest()).sha256,
    sql: (statement) => mariadb.sql(statement, site.database.database),
    python: (script, input = null) => python(bench, script, input),
    lastRun: () => join(runs, readdirSync(runs).sort().at(-1) ?? ''),
    stop: async () => {
      await database.close()
      await Promise.all([nginx.stop(), web.stop()])
      await Promise.all([mariadb.stop(), redis.stop()])
      await bench.remove()
    },
  }
}

function visit(port: number, host: string, path: string, { method = 'GET', headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers: { host, ...headers }, timeout: 10_000 })
    sent.once('error', reject)
    sent.once('timeout', () => sent.destroy(new Error(`${host}${path} did not answer`)))
    sent.once('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.once('error', reject)
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    sent.end(body)
  })
}

/** Logs the Administrator in; answers the cookie. */
export async function login(stage: Stage, host: string): Promise<string> {
  const answer = await stage.visit(host, '/api/method/login', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ usr: 'Administrator', pwd: stage.site.administratorPassword }).toString(),
  })
  assert.equal(answer.status, 200, answer.body)
  return String(answer.headers['set-cookie']).split(';')[0] ?? ''
}

async function python(bench: TestBench, script: string, input: unknown): Promise<unknown> {
  const running = promisify(execFile)(bench.python, ['-c', script], { cwd: bench.sitesDirectory })
  running.child.stdin?.end(JSON.stringify(input))
  return JSON.parse((await running).stdout)
}

export interface JournalEntry {
  type: string
  time: string
  step?: string
  state?: string
  direction?: string
  milliseconds?: number
  after?: unknown
  record?: Record<string, unknown>
  kept?: { what: string; left: string; now: string }[]
}

export const journalOf = (run: string): JournalEntry[] =>
  readFileSync(join(run, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JournalEntry => JSON.parse(line))

/** Seconds from maintenance on to maintenance off. */
export function maintenanceWindow(run: string): number {
  const lines = journalOf(run)
  const on = lines.find((line) => line.type === 'intent' && line.step === 'maintenance-on')
  const off = lines.find((line) => line.type === 'done' && line.step === 'maintenance-off')
  assert.ok(on && off, 'the run has a maintenance window')
  return (Date.parse(off.time) - Date.parse(on.time)) / 1000
}

export const said = ({ code, stdout, stderr }: Ended): string => `exit ${code}\n${stderr}\n${stdout}`

export const setKeys = (text: string, keys: Record<string, unknown>): string =>
  JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1)
