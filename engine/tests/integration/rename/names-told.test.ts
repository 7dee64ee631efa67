import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { localHost } from '../../../src/host/local/index.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { prepareRename } from '../../../src/workflows/rename-domain/prepare.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { requestOf } from '../../unit/workflows/facts.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-names-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const benchPath = join(home, 'bench')
const bench = await createSandboxBench({
  directory: benchPath,
  commonConfig: { webserver_port: 1 },
  siteConfig: { host_name: 'http://old.cloud:8000', domains: ['alias.test', 'unheard.test'] },
})
const database = new DatabaseSync(bench.databasePath)
database.exec(`UPDATE tabSingles SET value = value || '<a href="https://alias.test/x">' WHERE field = 'brand_html'`)
database.close()
writeFileSync(join(home, 'hosts'), '127.0.0.1 unheard.test\n')

const planned = (source: string, more: Partial<RenameRequest> = {}) =>
  prepareRename(
    localHost(),
    benchPath,
    requestOf(source, 'new.domain', {
      nginxConfig: join(home, 'none'),
      hostsFile: join(home, 'hosts'),
      crontabDirectories: [],
      ...more,
    }),
    {},
  )

test('every other name of the site is told, also where no value holds it, with what keeps it and its switch', async () => {
  const { preview } = await planned('old.cloud')
  const told = preview.offered.filter((item) => item.switch.startsWith('--also-rewrite'))
  const of = (name: string) => told.find((item) => item.switch === `--also-rewrite ${name}`)
  assert.match(of('alias.test')?.what ?? '', /another name of the site, which stays in domains$/)
  assert.ok((of('alias.test')?.values ?? 0) > 0)
  assert.match(of('unheard.test')?.what ?? '', /stays in domains, the hosts file$/)
  assert.equal(of('unheard.test')?.values, 0)
})

test('beside a source with a port the name without it is counted and offered, and what has the port counts once', async () => {
  const { preview, findings } = await planned('old.cloud:8000')
  const bare = preview.offered.find((item) => item.switch === '--also-rewrite old.cloud')
  assert.equal(bare?.what, 'old.cloud without port 8000')
  const both = await planned('old.cloud:8000', { alsoRewrite: ['old.cloud'] })
  const values = (plan: typeof both) => plan.preview.rewrite.reduce((sum, column) => sum + column.values, 0)
  assert.ok((bare?.values ?? 0) > 10)
  assert.ok(values(both) > values({ ...both, preview }))
  assert.ok(!findings.some(({ id }) => id === 'name-unknown'))
  assert.equal(
    both.preview.offered.find((item) => item.switch === '--also-rewrite old.cloud'),
    undefined,
  )
})
