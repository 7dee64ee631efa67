/** A bench of the real bench CLI whose site lies in MariaDB, behind nginx, with jobs waiting in Redis. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { SiteDatabase } from '../../../src/database/site-database.ts'
import { localHost } from '../../../src/host/local/index.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { createBench, type TestBench } from '../../servers/bench.ts'
import { enqueueJob } from '../../servers/jobs.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { type NginxServer, startNginx } from '../../servers/nginx.ts'
import { startRedis } from '../../servers/redis.ts'
import { addSite, sharedData, type TestSite } from '../../servers/site.ts'
import { treeOf } from '../../servers/tree.ts'
import { startWeb } from '../../servers/web.ts'
import { baseRequest, driver, type KillStage, LATER_MILLISECONDS, machineFiles } from './stage.ts'

export interface MariadbStage extends KillStage {
  bench: TestBench
  mariadb: MariadbServer
  nginx: NginxServer
  site: TestSite
  database: SiteDatabase
  /** Sessions the site's user has open in the server, ours not counted. */
  sessions(): Promise<number>
}

export async function createMariadbStage(wanted: Partial<RenameRequest> = {}): Promise<MariadbStage> {
  const dump = sharedData('site-v15')
  if (dump === null) {
    throw new Error(
      'this test needs the shared data sets: put them into ../shared/data, or name them with MIGRATOR_SHARED_DATA',
    )
  }
  const home = mkdtempSync(join(tmpdir(), 'migrator-kill-'))
  const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()])
  const source = baseRequest.source
  const bench = await createBench({ redis, commonConfig: { default_site: source } })
  const site = await addSite(bench, source, { dump, mariadb, siteConfig: { host_name: `http://${source}` } })
  const nginx = await startNginx({ bench })
  // Answers at once, so that the proof need not wait for a web server that is only just starting.
  const web = await startWeb(bench, 'gunicorn')
  for (const queue of ['short', 'long'] as const) {
    await enqueueJob(bench, source, { method: 'frappe.utils.background_jobs.test_job', kwargs: { s: 0 }, queue })
  }
  const benchPath = bench.directory
  const request: RenameRequest = {
    ...baseRequest,
    ...machineFiles(home, benchPath),
    nginxConfig: nginx.configuration,
    ...wanted,
  }
  const { drive, boundaries, environment, command } = driver(home, benchPath, request, join(home, 'machine'))
  const address = { kind: 'mariadb', host: mariadb.host, port: mariadb.port, socket: null, ...site.database } as const
  const database = await openSiteDatabase(address)
  const client = new Redis(redis.url)

  const redirected = async (hostName: string): Promise<boolean> => {
    const asked = { address: '127.0.0.1', port: nginx.httpPort, tls: false, hostName, path: '/login' }
    return (await localHost().request(asked)).status === 307
  }
  /** nginx takes its new configuration up after `-s reload` has ended. */
  const settledRedirect = async (): Promise<string> => {
    const before = await redirected(source)
    await new Promise((resolve) => setTimeout(resolve, 150))
    const after = await redirected(source)
    return `the old name is redirected: ${before === after ? after : await redirected(source)}`
  }
  const sessions = async (): Promise<number> => {
    const text = await mariadb.sql(
      `SELECT COUNT(*) FROM information_schema.processlist WHERE user = '${site.database.user}' AND command <> 'Sleep'`,
    )
    return Number(text.trim())
  }
  const state = async (): Promise<string> => {
    const sites = treeOf(bench.sitesDirectory).filter((line) => !/logs|__pycache__|\.pyc/.test(line))
    const files = [
      ...sites,
      ...treeOf(join(benchPath, 'config')),
      ...treeOf(nginx.includeDirectory),
      ...treeOf(join(home, 'machine')),
    ]
    return [...files, await settledRedirect(), ...(await queueOf(client)), (await database.digest()).sha256].join('\n')
  }
  let ended: string | null = null
  return {
    ...{ home, benchPath, drive, boundaries, environment, command, bench, mariadb, nginx, site, database, request },
    ...{ sessions, state },
    keep: () => undefined,
    again: async (kill) => {
      const back = await drive('rollback')
      if (back !== 'rolled-back' && back !== 'nothing') throw new Error(`not taken back: ${back}`)
      await kill()
    },
    fresh: () => rmSync(join(benchPath, '.migrator'), { recursive: true, force: true }),
    // The next case begins on the same server: what an earlier one left running would spoil that one's state, and the last is looked at.
    keepForLater: async (wanted) => {
      ended = wanted
    },
    lookAgain: async () => {
      await delay(LATER_MILLISECONDS)
      assert.equal(await sessions(), 0, 'nothing of ours runs in the server')
      if (ended !== null) assert.equal(await state(), ended, 'looked at again')
    },
    remove: async () => {
      client.disconnect()
      await database.close()
      await Promise.all([nginx.stop(), web.stop()])
      await Promise.all([mariadb.stop(), redis.stop(), bench.remove()])
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Everything rq keeps, as text; a job's pickled arguments by the site they name. */
async function queueOf(client: Redis): Promise<string[]> {
  const lines: string[] = []
  for (const key of (await client.keys('rq:*')).sort()) {
    const type = await client.type(key)
    if (type === 'list') lines.push(`${key} ${(await client.lrange(key, 0, -1)).join(' ')}`)
    else if (type === 'set') lines.push(`${key} ${(await client.smembers(key)).sort().join(' ')}`)
    else if (type === 'zset') lines.push(`${key} ${(await client.zrange(key, '0', '-1', 'WITHSCORES')).join(' ')}`)
    else if (type === 'hash') {
      const { data: _, ...fields } = await client.hgetall(key)
      lines.push(`${key} ${JSON.stringify(Object.entries(fields).sort())}`)
    } else lines.push(`${key} ${await client.get(key)}`)
  }
  return lines
}
