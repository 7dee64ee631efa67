/**
 * Reading a dump to its end (decompressed, checked, every statement and row told) against `gzip -t`, which only checks it.
 * Usage: node benchmarks/read-backup.ts [megabytes] [rounds]. Goal: 200 MB of plain text a second and core, memory flat.
 */
import { spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync } from 'node:zlib'
import { type StatementPiece, StatementReader } from '../src/backup/dump-statements.ts'
import { readDump } from '../src/backup/read-backup.ts'
import { sharedData } from '../tests/servers/site.ts'

const megabytes = Number(process.argv[2] ?? 300)
const rounds = Number(process.argv[3] ?? 3)
const data = sharedData('site-v15')
if (data === null) throw new Error('the shared data set site-v15 is absent')
const directory = await mkdtemp(path.join(tmpdir(), 'migrator-benchmark-'))
try {
  const sql = gunzipSync(await readFile(path.join(data, 'database.sql.gz')))
  const [plain, packed] = [path.join(directory, 'dump.sql'), path.join(directory, 'dump.sql.gz')]
  await pipeline(Readable.from(repeated(sql)), createWriteStream(plain))
  await pipeline(Readable.from(repeated(sql)), createGzip({ level: 6 }), createWriteStream(packed))
  for (let round = 1; round <= rounds; round++) {
    const started = performance.now()
    if (spawnSync('gzip', ['-t', packed]).status !== 0) throw new Error('gzip -t failed')
    const peer = (performance.now() - started) / 1000
    const [text, zipped] = [await measure(plain), await measure(packed)]
    console.log(
      `plain ${text.rate} MB/s (${text.core} a core) · gzip ${zipped.rate} MB/s (${zipped.core} a core), ${(zipped.seconds / peer).toFixed(2)} × gzip -t · ` +
        `${zipped.rows} rows · peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
    )
  }
} finally {
  await rm(directory, { recursive: true })
}

/** The whole dump, with its rows again and again before its last line. */
function* repeated(sql: Buffer): Generator<Buffer> {
  const inserts: Buffer[] = []
  const reader = new StatementReader({ holdRows: () => true })
  const take = (piece: StatementPiece) => {
    if (piece.kind === 'insert') inserts.push(piece.bytes, Buffer.from('\n'))
  }
  reader.push(sql, take)
  reader.end(take)
  const end = sql.lastIndexOf('-- Dump completed')
  const block = Buffer.concat(inserts)
  yield sql.subarray(0, end)
  for (let bytes = sql.length; bytes < megabytes * 1e6; bytes += block.length) yield block
  yield sql.subarray(end)
}

async function measure(file: string) {
  const started = performance.now()
  const before = process.cpuUsage()
  const part = { role: 'database' as const, path: file, bytes: (await stat(file)).size, name: null }
  const { content, dump } = await readDump(part)
  const seconds = (performance.now() - started) / 1000
  const used = process.cpuUsage(before)
  if (content.damage !== null || dump?.completed == null) throw new Error('the dump was not read to its end')
  const rate = (time: number) => Math.round(content.plainBytes / 1e6 / time)
  const rows = dump.tables.reduce((sum, table) => sum + table.rows, 0)
  return { seconds, rows, rate: rate(seconds), core: rate((used.user + used.system) / 1e6) }
}
