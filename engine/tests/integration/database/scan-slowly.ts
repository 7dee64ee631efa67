/** Run as a child process by the tests: reads every row of a table as a hit, slower than the server sends, and tells its peak memory in MB. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { DatabaseAddress } from '../../../src/database/site-database.ts'

const database = await openSiteDatabase(JSON.parse(process.argv[2] ?? '') as DatabaseAddress)
const start = process.resourceUsage().maxRSS
let hits = 0
for await (const _hit of database.scan({
  targets: [{ table: 'tabMany', columns: ['content'], alsoReturn: [] }],
  needles: ['hit'],
  parallel: 2,
})) {
  hits++
  await nextTurn()
}
await database.close()
console.log(JSON.stringify({ hits, grownMegabytes: Math.round((process.resourceUsage().maxRSS - start) / 1024) }))
