/** Each check of a site on its own: real Frappe sites pass it, and it fails when what it looks for is planted. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { keyFingerprint, Manifest } from '../../../src/backup/manifest.ts'
import { noOtherPlace } from '../../../src/bench/place.ts'
import { type CheckContext, type CheckResult, runCheck } from '../../../src/checks/check.ts'
import { checkKinds } from '../../../src/checks/registry.ts'
import { type ComparedOptions, comparedChecks } from '../../../src/cli/compared-backup.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { SiteDatabase } from '../../../src/database/site-database.ts'
import type { PlanCheck } from '../../../src/execution/plan.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { sharedData } from '../../servers/site.ts'

interface Stage {
  /** A bench directory with this one site in it. */
  bench: string
  site: string
  database: SiteDatabase
  sql(statements: string): Promise<string>
  ask(id: string, params?: PlanCheck['params']): Promise<CheckResult>
}

const home = mkdtempSync(join(tmpdir(), 'migrator-verify-'))
const stages = new Map<string, Stage>()
let server: MariadbServer

before(async () => {
  server = await startMariadb()
  const names = ['site-v15', 'site-v14']
  const set = await Promise.all(names.map(setStage))
  for (const [index, stage] of set.entries()) stages.set(names[index] ?? '', stage)
})

after(async () => {
  for (const { database } of stages.values()) await database.close()
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

async function setStage(dataSet: string): Promise<Stage> {
  const data = sharedData(dataSet)
  assert.ok(data, 'this test needs the shared data sets: put them into ../shared/data')
  const site = { database: `_${dataSet}`, user: `_${dataSet}`, password: 'site' }
  await server.importDump(join(data, 'database.sql.gz'), site)
  const bench = join(home, dataSet)
  const directory = join(bench, 'sites', 'old.cloud')
  for (const folder of ['sites/old.cloud', 'apps/frappe/frappe']) mkdirSync(join(bench, folder), { recursive: true })
  for (const archive of ['files.tar', 'private-files.tar'])
    execFileSync('tar', ['--extract', '--strip-components=2', '--file', join(data, archive), '--directory', directory])
  writeFileSync(join(directory, 'site_config.json'), '{}')
  writeFileSync(join(bench, 'sites/common_site_config.json'), '{}')
  const address = { kind: 'mariadb', host: '127.0.0.1', port: server.port, socket: null, ...site } as const
  const database = await openSiteDatabase(address)
  const [compared] = await comparedChecks({ backupFile: join(data, 'database.sql.gz') }, new AbortController().signal)
  assert.ok(compared)
  const log = await server.sql("SELECT patch FROM `tabPatch Log` WHERE patch LIKE 'frappe.%'", site.database)
  writeFileSync(join(bench, 'apps/frappe/frappe/patches.txt'), `[pre_model_sync]\n${log}[post_model_sync]\n`)
  const params = {
    'apps-on-bench': { apps: ['frappe', 'wiki'].map((app) => ({ name: app, version: null })) },
    'scheduler-state': { processes: 1 },
    'rows-of-backup': compared.params,
  }
  const context: CheckContext = {
    ...{ host: localHost(), benchPath: bench, siteDirectory: directory, vault: null },
    ...{ afterOf: () => undefined, baseline: () => undefined, signal: new AbortController().signal },
    database: async () => database,
    place: noOtherPlace,
  }
  return {
    ...{ bench, site: directory, database },
    sql: (statements) => server.sql(statements, site.database),
    ask: (id, given) => {
      const check = checkKinds.get(id)
      assert.ok(check, id)
      return runCheck(check, context, given ?? (id in params ? params[id as keyof typeof params] : {}))
    },
  }
}

function stageOf(name: string): Stage {
  const stage = stages.get(name)
  assert.ok(stage)
  return stage
}

const QUESTIONS = [
  ...['schema-of-doctypes', 'indexes-of-doctypes', 'next-numbers', 'files-of-rows', 'files-without-row'],
  ...['apps-on-bench', 'pending-patches', 'rows-of-backup', 'scheduler-state'],
]

for (const name of ['site-v15', 'site-v14'])
  test(`every check passes on ${name}, a real and healthy site`, async () => {
    for (const id of QUESTIONS) {
      const { status, evidence } = await stageOf(name).ask(id)
      assert.equal(status, 'passed', `${id}: ${evidence}`)
      assert.doesNotMatch(evidence, /^0 /, `${id} looked at nothing: ${evidence}`)
    }
  })

interface Fault {
  what: string
  check: string
  plant: string
  repair: string
  status?: 'warning'
  evidence: RegExp
  remedy?: RegExp
}

const faults: Fault[] = [
  {
    what: 'a table that was not imported',
    check: 'schema-of-doctypes',
    plant: 'RENAME TABLE tabNote TO lost',
    repair: 'RENAME TABLE lost TO tabNote',
    evidence: /no table of Note$/,
  },
  {
    what: 'a column that an unfinished migration did not make',
    check: 'schema-of-doctypes',
    plant: 'ALTER TABLE tabToDo CHANGE priority lost varchar(140)',
    repair: 'ALTER TABLE tabToDo CHANGE lost priority varchar(140)',
    evidence: /no column tabToDo\.priority$/,
  },
  {
    what: 'a unique key that was lost',
    check: 'indexes-of-doctypes',
    plant: 'ALTER TABLE tabUser DROP INDEX username',
    repair: 'ALTER TABLE tabUser ADD UNIQUE INDEX username (username)',
    status: 'warning',
    evidence: /not unique: tabUser\.username$/,
  },
  {
    what: 'a sequence that lost its value',
    check: 'next-numbers',
    plant: 'INSERT INTO `tabWeb Form List Column` (name) VALUES (41)',
    repair: 'DELETE FROM `tabWeb Form List Column`',
    evidence: /web_form_list_column_id_seq gives 1, tabWeb Form List Column goes to 41/,
    remedy: /SETVAL\(`web_form_list_column_id_seq`, 42, 0\)/,
  },
  {
    what: 'a sequence that was not imported',
    check: 'next-numbers',
    plant: 'RENAME TABLE web_form_list_column_id_seq TO lost',
    repair: 'RENAME TABLE lost TO web_form_list_column_id_seq',
    evidence: /web_form_list_column_id_seq is missing/,
    remedy: /CREATE SEQUENCE `web_form_list_column_id_seq` START WITH 1 /,
  },
  {
    what: 'a file whose row is gone',
    check: 'files-without-row',
    plant: "UPDATE tabFile SET file_url = '/files/other.txt' WHERE file_url = '/files/doc-8.txt'",
    repair: "UPDATE tabFile SET file_url = '/files/doc-8.txt' WHERE file_url = '/files/other.txt'",
    status: 'warning',
    evidence: /1 files \(500 B\) have none: public\/files\/doc-8\.txt$/,
  },
  {
    what: 'all rows of files gone',
    check: 'files-without-row',
    plant: 'RENAME TABLE tabFile TO kept; CREATE TABLE tabFile LIKE kept',
    repair: 'DROP TABLE tabFile; RENAME TABLE kept TO tabFile',
    evidence: /20 files, 0 rows; 20 files/,
  },
  {
    what: 'an app without its code',
    check: 'apps-on-bench',
    plant: `UPDATE tabDefaultValue SET defvalue = '["frappe","wiki","hrms"]' WHERE defkey = 'installed_apps'`,
    repair: `UPDATE tabDefaultValue SET defvalue = '["frappe","wiki"]' WHERE defkey = 'installed_apps'`,
    evidence: /not in apps\/: hrms$/,
    remedy: /^bench get-app hrms/,
  },
  {
    what: 'a row that is gone',
    check: 'rows-of-backup',
    plant:
      'CREATE TABLE kept AS SELECT * FROM tabToDo LIMIT 1; DELETE FROM tabToDo WHERE name IN (SELECT name FROM kept)',
    repair: 'INSERT INTO tabToDo SELECT * FROM kept; DROP TABLE kept',
    evidence: /fewer rows: tabToDo -1$/,
  },
  {
    what: 'a table of the backup that is gone',
    check: 'rows-of-backup',
    plant: 'RENAME TABLE tabNote TO lost',
    repair: 'RENAME TABLE lost TO tabNote',
    evidence: /missing: tabNote$/,
  },
]

for (const { what, check, plant, repair, status = 'failed', evidence, remedy = /./ } of faults)
  test(`${check} tells ${what}`, async () => {
    const { sql, ask } = stageOf('site-v15')
    await sql(plant)
    try {
      const found = await ask(check)
      assert.equal(found.status, status, found.evidence)
      assert.match(found.evidence, evidence)
      assert.match(found.remedy ?? '', remedy)
    } finally {
      await sql(repair)
    }
    assert.equal((await ask(check)).status, 'passed')
  })

test('a column the server numbers by itself is counted, and text names of a DocType that says autoincrement are not', async () => {
  const { sql, ask } = stageOf('site-v14')
  const before = (await ask('next-numbers')).evidence
  await sql('CREATE TABLE numbered (id int AUTO_INCREMENT PRIMARY KEY); INSERT INTO numbered VALUES (5)')
  await sql("UPDATE tabDocType SET autoname = 'autoincrement' WHERE name = 'ToDo'")
  const { status, evidence } = await ask('next-numbers')
  assert.deepEqual([status, before, evidence], ['passed', '1 counters', '2 counters'])
})

test('a patch of the code that the log does not name is pending; one that failed and was skipped, too', async () => {
  const { bench, sql, ask } = stageOf('site-v15')
  const log = await sql("SELECT patch FROM `tabPatch Log` WHERE patch LIKE 'frappe.%' ORDER BY patch LIMIT 2")
  const [done = '', skipped = ''] = log.trim().split('\n')
  const list = join(bench, 'apps/frappe/frappe/patches.txt')
  writeFileSync(list, `# comment\n[pre_model_sync]\n${done}\n\n[post_model_sync]\nfinally:${skipped}\n`)
  assert.equal((await ask('pending-patches')).evidence, '2 patches in the code, 248 done')
  await sql(`UPDATE \`tabPatch Log\` SET skipped = 1 WHERE patch = '${skipped}'`)
  const failed = await ask('pending-patches')
  assert.equal(failed.status, 'failed')
  assert.match(failed.evidence, /1 pending/)
  await sql('UPDATE `tabPatch Log` SET skipped = 0')
  writeFileSync(list, `${done}\nfrappe.patches.v15_0.new_one\n`)
  assert.match((await ask('pending-patches')).evidence, /1 pending, for instance frappe\.patches\.v15_0\.new_one$/)
})

test('the scheduler is on or off, with who says so; a site’s own key wins over the bench’s', async () => {
  const { bench, site, sql, ask } = stageOf('site-v15')
  const state = async (own: object, common: object) => {
    writeFileSync(join(site, 'site_config.json'), JSON.stringify(own))
    writeFileSync(join(bench, 'sites/common_site_config.json'), JSON.stringify(common))
    const { status, evidence } = await ask('scheduler-state')
    return `${status} ${evidence}`
  }
  assert.equal(await state({}, {}), 'passed off, as the site itself says: enable_scheduler 0 in System Settings')
  await sql("UPDATE tabSingles SET value = '1' WHERE doctype = 'System Settings' AND field = 'enable_scheduler'")
  assert.equal(await state({}, {}), 'passed on, and 1 scheduler runs')
  assert.equal(await state({ pause_scheduler: 1 }, {}), 'warning off: pause_scheduler 1 in site_config.json')
  assert.equal(await state({}, { maintenance_mode: 1 }), 'warning off: maintenance_mode 1 in common_site_config.json')
  assert.equal(await state({ maintenance_mode: 0 }, { maintenance_mode: 1 }), 'passed on, and 1 scheduler runs')
})

test('a backup that is cut off, no dump, or no site at all is not compared with', async () => {
  const dump = gunzipSync(readFileSync(join(sharedData('site-v15') ?? '', 'database.sql.gz')))
  for (const [name, content, why] of [
    ['cut.sql', dump.subarray(0, dump.length - 2000), /cut off/],
    ['page.sql', '<!DOCTYPE html><html></html>', /html, no SQL/],
    [
      'other.sql',
      'CREATE TABLE `a` (`b` int);\n-- Dump completed on 2026-01-01  1:00:00\n',
      /no dump of a Frappe site/,
    ],
  ] as const) {
    const backupFile = join(home, name)
    writeFileSync(backupFile, content)
    await assert.rejects(comparedChecks({ backupFile }, new AbortController().signal), (error) => {
      assert.ok(error instanceof MigratorError)
      assert.deepEqual([error.code, error.kind], ['backup-not-comparable', 'usage'])
      assert.match(error.evidence ?? '', why)
      return true
    })
  }
})

test('a manifest is compared with to the byte: rows, files and key; each difference is told by name', async () => {
  const { site, database, sql, ask } = stageOf('site-v14')
  const key = 'R2VoZWltbmlzIGRlciBTZWl0ZSBmdWVyIFRlc3RzICE='
  const configure = (encryptionKey: string) =>
    writeFileSync(join(site, 'site_config.json'), JSON.stringify({ encryption_key: encryptionKey }))
  configure(key)
  const doc = readFileSync(join(site, 'public/files/doc-8.txt'))
  const file = {
    side: 'public',
    path: 'doc-8.txt',
    bytes: doc.length,
    sha256: createHash('sha256').update(doc).digest('hex'),
  }
  const { tables } = await database.digest()
  const manifest: Manifest = Manifest.parse({
    ...{ version: 1, site: 'old.cloud', names: [], takenAt: '2026-11-24T22:10:00Z', writer: 'test', apps: [] },
    database: {
      ...{
        kind: 'mariadb',
        name: 'x',
        serverVersion: null,
        file: null,
        views: [],
        triggers: [],
        routines: [],
        sequences: [],
      },
      tables: tables.map(({ table, rows, sha256 }) => ({ name: table, rows, checksum: sha256, autoIncrement: null })),
    },
    ...{ files: [file], keyFingerprint: keyFingerprint(key) },
  })
  const path = join(home, 'manifest.json')
  writeFileSync(path, JSON.stringify(manifest))
  const compared = await comparedChecks({ manifest: path, deep: true }, new AbortController().signal)
  const answers = async () => {
    const found: string[] = []
    for (const { id, params } of compared) {
      const { status, evidence } = await ask(id, params)
      found.push(`${id} ${status} ${evidence.split('; ').slice(1).join('; ')}`.trim())
    }
    return found
  }
  assert.deepEqual(await answers(), [
    ...['rows-of-backup passed', 'content-of-manifest passed', 'files-of-manifest passed', 'key-of-manifest passed'],
  ])
  await sql("UPDATE tabToDo SET description = CONCAT(description, ' ') LIMIT 1")
  writeFileSync(join(site, 'public/files/doc-8.txt'), doc.toString().toUpperCase())
  configure('R2VoZWltbmlzIGRlciBTZWl0ZSBmdWVyIFRlc3RzID8=')
  assert.deepEqual(
    (await answers()).map((line) => line.replace(/the manifest of \S+Z/, 'it')),
    [
      'rows-of-backup passed',
      'content-of-manifest warning different from it: tabToDo',
      'files-of-manifest warning different: public/files/doc-8.txt',
      'key-of-manifest failed',
    ],
  )
  rmSync(join(site, 'public/files/doc-8.txt'))
  assert.match((await answers()).join('\n'), /files-of-manifest failed missing: public\/files\/doc-8\.txt/)
})

test('a file that is no manifest is wrong usage, and so are two things to compare with', async () => {
  const path = join(home, 'other.json')
  writeFileSync(path, '{"version": 2}')
  const code = async (options: ComparedOptions) =>
    await comparedChecks(options, new AbortController().signal).catch((error) => error.code)
  assert.equal(await code({ manifest: path }), 'manifest-unreadable')
  assert.equal(await code({ manifest: path, backupFile: path }), 'options-contradict')
})
