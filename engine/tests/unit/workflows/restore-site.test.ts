import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackupFacts, ConfigFacts, ContentFacts, DumpFacts } from '../../../src/backup/backup-facts.ts'
import type { BackupPart } from '../../../src/backup/backup-set.ts'
import { readSiteConfig } from '../../../src/backup/site-config-facts.ts'
import { JournalLine } from '../../../src/execution/journal.ts'
import { runDirectory } from '../../../src/execution/run-directory.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { leftByRestore } from '../../../src/workflows/cleanup-restore.ts'
import { decideKeys, isCopy } from '../../../src/workflows/restore-site/config-keys.ts'
import { restoreFindings } from '../../../src/workflows/restore-site/findings.ts'
import type { RestoreInput } from '../../../src/workflows/restore-site/input.ts'
import { planRestore } from '../../../src/workflows/restore-site/plan.ts'
import type { RestoreTarget } from '../../../src/workflows/restore-site/target.ts'
import { factsOf, siteOf } from './facts.ts'

const part: BackupPart = { role: 'database', path: '/backups/renamed.sql.gz', bytes: 1, name: null }
const content: ContentFacts = {
  part,
  recognized: { wrappings: ['gzip'], content: 'sql', opening: '' },
  storedBytes: 1,
  plainBytes: 1,
  trailingBytes: 0,
  damage: null,
}

const dumpOf = (sourceDatabase: string | null): DumpFacts => ({
  writer: 'mariadb-dump',
  serverVersion: '10.11.19-MariaDB',
  server: 'mariadb',
  sourceDatabase,
  sandboxLine: null,
  completed: '-- Dump completed',
  dumps: 1,
  brokenTables: [],
  unfinished: null,
  tables: [],
  views: [],
  triggers: [],
  routines: [],
  sequences: [],
  definers: [],
  collations: [],
  characterSets: [],
  databases: [],
  beyond: [],
  unexpected: [],
  largestStatementBytes: 1,
  frappe: { isFrappe: true, version: '15.55.1', branch: null, apps: [], partial: null, encryptedSecrets: 0 },
})

function input(more: { target: RestoreTarget; sourceDatabase?: string; config?: ConfigFacts }): RestoreInput {
  const backup: BackupFacts = {
    set: { database: part, publicFiles: null, privateFiles: null, siteConfig: null },
    database: { content, dump: dumpOf(more.sourceDatabase ?? null) },
    publicFiles: null,
    privateFiles: null,
    siteConfig: more.config === undefined ? null : { content, config: more.config },
  }
  const like = more.target.kind === 'existing' ? more.target.site : more.target.like
  return {
    facts: factsOf(like ? [like] : []),
    request: {
      ...{ site: null, as: null, backupFile: part.path, backupDirectory: null, publicFiles: null, privateFiles: null },
      ...{ siteConfig: null, administratorFile: null, backupKeyFile: null, acceptUndecryptable: [] },
      ...{ waitForJobsSeconds: 1, nginxConfig: null, hostsFile: null, crontabDirectories: null },
    },
    target: more.target,
    backup,
    verdict: [],
    server: {
      ...{ place: { host: '127.0.0.1', port: 3306, socket: null }, facts: null, hosts: ['localhost'] },
      ...{ missingRights: [], problem: null, freeBytes: null },
    },
    database: '_new',
    presentFiles: { public: false, private: false },
    busy: [],
    diskBytesFree: 1,
    now: new Date(0),
  }
}

const beside = (name: string): RestoreTarget => ({
  kind: 'new',
  name,
  directory: `/home/frappe/frappe-bench/sites/${name}`,
  like: siteOf('erp.example.com'),
})

const over = (keys: Record<string, unknown>): RestoreTarget => {
  const site = siteOf('erp.example.com', { keys })
  return { kind: 'existing', name: site.name, directory: site.path, site }
}

test('a copy is told by the database its dump names, whatever its file or its site is called by now', () => {
  const target = beside('copy.example.com')
  assert.equal(isCopy(input({ target, sourceDatabase: '_erp.example.com' })), true)
  assert.equal(isCopy(input({ target, sourceDatabase: '_another' })), false)
  assert.equal(isCopy(input({ target })), false)
})

test('a site that is made asks no replica and no Redis of where the backup was taken', () => {
  const config = readSiteConfig(
    JSON.stringify({
      ...{ read_from_replica: 1, replica_host: '10.0.0.9', replica_db_name: '_old', replica_db_password: 'secret' },
      ...{ redis_queue: 'redis://10.0.0.1:11000', time_zone: 'Europe/Berlin' },
    }),
  )
  const decided = decideKeys(input({ target: beside('copy.example.com'), config }))
  assert.deepEqual(
    decided.filter(({ what }) => what === 'carried').map(({ key }) => key),
    ['time_zone'],
  )
})

test('a site whose reports would go on reading the old database from a replica is not restored', () => {
  const findings = (keys: Record<string, unknown>) =>
    restoreFindings(input({ target: over(keys) })).filter(({ id }) => id === 'replica-of-before')
  const own = { different_credentials_for_replica: 1, replica_db_name: '_erp', replica_host: '10.0.0.9' }
  assert.equal(findings({ ...own, read_from_replica: 1 })[0]?.severity, 'critical')
  assert.deepEqual(findings({ ...own, read_from_replica: 0 }), [])
  assert.deepEqual(findings({ read_from_replica: 1, replica_host: '10.0.0.9' }), [])
})

test('a cleanup says whether a restore that was taken back left its database, or the account alone', () => {
  const plan = planRestore(input({ target: over({}) }))
  const run = runDirectory(benchHome('/home/frappe/frappe-bench'), 'run-1')
  const common = { time: '2026-11-25T00:00:00.000Z' }
  const after = (what: string | null) => {
    const lines = [
      { ...common, type: 'intent', step: 'create-database', kind: 'create-database', before: { address: 'digest' } },
      {
        ...{ ...common, type: 'reverted', step: 'create-database', milliseconds: 1 },
        kept: what === null ? [] : [{ what, left: '', now: '' }],
      },
    ].map((line, sequence) => JournalLine.parse({ ...line, sequence }))
    return leftByRestore({ run, state: 'rolled-back', plan, lines }).map(({ describe }) => describe)
  }
  assert.deepEqual(after(null), [])
  assert.match(after('the database _new').join(), /taken back and left the database _new\)/)
  assert.match(after('the database account _new').join(), /taken back and left the database account _new\)/)
})
