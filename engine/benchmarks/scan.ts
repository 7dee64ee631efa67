/**
 * Scan of all candidate columns against CHECKSUM TABLE over the same tables, in alternating runs.
 * Usage: node benchmarks/scan.ts [scale] [rounds]. Goal: at most 1.5 × with as many connections as cores.
 */
import { availableParallelism } from 'node:os'
import { createConnection } from 'mariadb'
import { openSiteDatabase } from '../src/database/open.ts'
import type { ScanTarget, SiteDatabase } from '../src/database/site-database.ts'
import { startMariadb } from '../tests/servers/mariadb.ts'
import { type GeneratedSite, generateSite } from './generate-site.ts'

const HOST = 'old.example.com'
const scale = Number(process.argv[2] ?? 1)
const rounds = Number(process.argv[3] ?? 5)
const cores = availableParallelism()

const server = await startMariadb({
  bufferPoolMegabytes: Math.ceil(256 + 2200 * scale),
  serverArguments: [`--innodb-log-file-size=${scale >= 0.5 ? '1G' : '96M'}`],
})
try {
  const site = await generateSite(server, { scale, sourceHost: HOST })
  const database = await openSiteDatabase({
    kind: 'mariadb',
    host: server.host,
    port: server.port,
    socket: null,
    ...site,
  })
  const targets = await candidates(database)
  const masters = targets.filter(({ table }) => site.masterTables.includes(table))
  console.log(
    `${site.rows} rows, ${Math.round((await database.totalBytes()) / 1e6)} MB, ${cores} cores, ${rounds} rounds`,
  )
  const times = new Map<string, number[]>()
  const hits = new Map<string, number>()
  for (let round = 0; round <= rounds; round++) {
    const scans: [string, ScanTarget[], string[]][] = [
      ['all tables', targets, [HOST]],
      ['all tables, three names', targets, [HOST, 'www.example.net', '.frappe.cloud']],
      ['master tables only (what a plan scans)', masters, [HOST]],
    ]
    for (const [name, chosen, needles] of scans) {
      const tables = chosen.map(({ table }) => table)
      const measured = {
        one: await seconds(() => checksum(site, server.port, tables, 1)),
        many: await seconds(() => checksum(site, server.port, tables, cores)),
        scan: await seconds(async () => {
          let found = 0
          for await (const _hit of database.scan({ targets: chosen, needles, parallel: cores })) found++
          hits.set(name, found)
        }),
      }
      // The first round warms caches and compilers.
      if (round === 0) continue
      for (const [what, time] of Object.entries(measured))
        times.set(`${name}/${what}`, [...(times.get(`${name}/${what}`) ?? []), time])
    }
  }
  for (const [name, found] of hits) {
    const [scan, one, many] = ['scan', 'one', 'many'].map((what) => median(times.get(`${name}/${what}`) ?? []))
    if (scan === undefined || one === undefined || many === undefined) continue
    console.log(`${name}: scan ${scan.toFixed(2)} s on ${cores} connections, ${found} hits`)
    console.log(
      `  scan: ${(scan / one).toFixed(2)} × CHECKSUM TABLE (one statement, one connection: ${one.toFixed(2)} s)`,
    )
    console.log(
      `  scan: ${(scan / many).toFixed(2)} × CHECKSUM TABLE (tables shared by ${cores} connections: ${many.toFixed(2)} s)`,
    )
  }
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
  await database.close()
} finally {
  await server.stop()
}

async function candidates(database: SiteDatabase): Promise<ScanTarget[]> {
  return (await database.tables()).map((table) => ({
    table: table.name,
    columns: table.columns.filter(({ dataType }) => /char|text|json/.test(dataType)).map(({ name }) => name),
    alsoReturn: [],
  }))
}

async function checksum(site: GeneratedSite, port: number, tables: string[], connections: number): Promise<void> {
  // The two large tables first, so that no connection idles at the end.
  const waiting = [...tables].sort(
    (one, other) => Number(other < 'tabM' || other === 'tabVersion') - Number(one < 'tabM' || one === 'tabVersion'),
  )
  const work = async () => {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: site.user,
      password: site.password,
      database: site.database,
    })
    if (connections === 1) await connection.query(`CHECKSUM TABLE ${waiting.map((table) => `\`${table}\``).join(', ')}`)
    else
      for (let table = waiting.shift(); table !== undefined; table = waiting.shift())
        await connection.query(`CHECKSUM TABLE \`${table}\``)
    await connection.end()
  }
  await Promise.all(Array.from({ length: connections }, work))
}

async function seconds(act: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await act()
  return (performance.now() - start) / 1000
}

function median(values: number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}
