/** What cannot be put into a test machine: other users, old servers, clocks, full disks, systemd. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnalysisCheck, AnalysisContext } from '../../../../src/checks/analysis/analysis-check.ts'
import { benchCheck, siteCheck } from '../../../../src/checks/analysis/analysis-check.ts'
import { analyzeBench } from '../../../../src/checks/analysis/analyze-bench.ts'
import { databaseConnection } from '../../../../src/checks/analysis/database-connection.ts'
import { databaseSettings } from '../../../../src/checks/analysis/database-settings.ts'
import { diskSpaceLeft } from '../../../../src/checks/analysis/disk-space-left.ts'
import { firstClosed, may } from '../../../../src/checks/analysis/file-access.ts'
import { isInRange } from '../../../../src/checks/analysis/supported-versions.ts'
import { systemdUnits } from '../../../../src/checks/analysis/systemd-units.ts'
import type { Row, SiteDatabase } from '../../../../src/database/site-database.ts'
import { MigratorError } from '../../../../src/host/errors.ts'
import type { FileStatus, Host } from '../../../../src/host/host.ts'
import { quietHost } from '../../bench/bench-tree.ts'
import { factsOf, siteOf } from '../../workflows/facts.ts'

const address = {
  kind: 'mariadb' as const,
  host: '127.0.0.1',
  port: 3306,
  socket: null,
  user: '_shop',
  password: 'x',
  database: '_shop',
}
const site = siteOf('shop.test', { database: address })
const said = (stdout: string) => async () => ({ exitCode: 0, signal: null, stdout, stderr: '', timedOut: false })

function contextOf(
  parts: {
    host?: Partial<Host>
    read?: (sql: string) => Row[]
    problem?: unknown
    facts?: Parameters<typeof factsOf>[1]
  } = {},
): AnalysisContext {
  const database = {
    label: 'a server',
    name: '_shop',
    kind: 'mariadb',
    read: async (sql: string) => parts.read?.(sql) ?? [],
  } as unknown as SiteDatabase
  const facts = factsOf([site], parts.facts)
  return {
    host: quietHost({ realPath: async (path) => path, ...parts.host }),
    ...{ facts, benchPaths: [facts.path], sites: [site], now: new Date() },
    processes: async () => [],
    listeners: async () => [],
    otherBenches: async () => [],
    redis: async () => {
      throw new Error('not asked')
    },
    holding: (_, work) => work(),
    database: async () => (parts.problem === undefined ? database : null),
    databaseProblem: async () => parts.problem ?? null,
    ...{ supervisorctl: ['supervisorctl'], kernelLocks: '/proc/locks' },
  }
}
const idsOf = (findings: { id: string }[]) => findings.map(({ id }) => id)

test('version ranges of pyproject.toml and package.json are understood', () => {
  const cases: [string, string, boolean | null][] = [
    ['3.11.2', '>=3.10,<3.13', true],
    ['3.13.0', '>=3.10,<3.13', false],
    ['3.9.1', '>=3.10', false],
    ['18.20.1', '>=18', true],
    ['16.1.0', '^18 || ^20', false],
    ['20.1.0', '^18 || ^20', true],
    ['20.1.0', '18.x', false],
    ['3.10.4', '~=3.10', true],
    ['3.10.4', '==3.10.*', true],
    ['1.0.0', 'what?', null],
  ]
  for (const [version, range, expected] of cases)
    assert.equal(isInRange(version, range), expected, `${version} in ${range}`)
})

const status = (mode: number, userId: number, groupId: number): FileStatus => ({
  kind: 'directory',
  bytes: 0,
  mode,
  userId,
  groupId,
  device: 1,
  inode: 1,
})
const webUser = { name: 'www-data', userId: 33, groupIds: new Set([33]) }

test('a home directory that is closed to others stops nginx’s user on its way', async () => {
  const modes: Record<string, FileStatus> = {
    '/': status(0o755, 0, 0),
    '/home': status(0o755, 0, 0),
    '/home/frappe': status(0o750, 1000, 1000),
    '/home/frappe/bench': status(0o755, 1000, 1000),
  }
  const host = quietHost({ realPath: async (path) => path, status: async (path) => modes[path] ?? null })
  assert.equal((await firstClosed(host, webUser, '/home/frappe/bench'))?.path, '/home/frappe')
  assert.equal(await firstClosed(host, { ...webUser, groupIds: new Set([33, 1000]) }, '/home/frappe/bench'), null)
  assert.equal(may(webUser, 'read', status(0o704, 33, 33)), true, 'the owner’s own bits count, not those of others')
  assert.equal(may(webUser, 'read', status(0o074, 33, 33)), false)
})

const settings =
  (more: Row = {}) =>
  (sql: string): Row[] =>
    sql.startsWith('SHOW')
      ? [{ Value: '10' }]
      : [
          {
            readOnly: '0',
            version: '10.11.6-MariaDB',
            packet: '67108864',
            most: '151',
            clock: String(Date.now() / 1000),
            ...more,
          },
        ]

test('a healthy database server is silent; an old one, a wrong clock and used up connections are told', async () => {
  assert.deepEqual(await databaseSettings.run(contextOf({ read: settings() })), [])
  const odd = settings({ version: '10.3.39-MariaDB', clock: String(Date.now() / 1000 - 3600), most: '10' })
  const found = await databaseSettings.run(contextOf({ read: odd }))
  assert.deepEqual(idsOf(found).sort(), [
    'clock-skew',
    'database-connections-nearly-used',
    'database-version-unsupported',
  ])
  assert.match(found.find(({ id }) => id === 'clock-skew')?.title ?? '', /36\d\d s behind/)
  assert.ok(found.find(({ id }) => id === 'database-connections-nearly-used')?.predicted?.basis)
})

const denied = new MigratorError({
  code: 'database-access-denied',
  kind: 'refused',
  message: 'refused',
  evidence: "Access denied for user '_shop'@'localhost' (using password: YES)",
})

test('where the administrator may be asked, a user of another host is told from a wrong password', async () => {
  const asRoot = (stdout: string) =>
    contextOf({ problem: denied, host: { privilege: async () => 'sudo', run: said(stdout) } })
  assert.deepEqual(idsOf(await databaseConnection.run(asRoot('host 10.0.0.5\nasked\n'), site)), [
    'database-user-bound-to-other-host',
  ])
  assert.deepEqual(idsOf(await databaseConnection.run(asRoot('host %\nasked\n'), site)), ['database-access-denied'])
  assert.deepEqual(idsOf(await databaseConnection.run(asRoot('asked\n'), site)), ['database-user-missing'])
  const alone = contextOf({ problem: denied, host: { privilege: async () => 'none' } })
  assert.deepEqual(idsOf(await databaseConnection.run(alone, site)), ['database-access-denied'])
})

test('a full disk, one without inodes, and one that will be full are told', async () => {
  const disk = (free: number) => ({
    status: async () => status(0o755, 0, 0),
    run: said(`    Size   Avail Inodes Mounted\n 100000000000 ${free} 5000000 /data\n`),
  })
  assert.deepEqual(
    idsOf(await diskSpaceLeft.run(contextOf({ host: { ...disk(50e9), freeInodes: async () => 1e6 } }))),
    [],
  )
  assert.deepEqual(idsOf(await diskSpaceLeft.run(contextOf({ host: { ...disk(1e6), freeInodes: async () => 12 } }))), [
    'disk-full',
    'inodes-exhausted',
  ])
  const growing = contextOf({
    host: { ...disk(50e9), freeInodes: async () => 1e6 },
    read: () => [{ bytes: '300000000000' }],
  })
  const [soon] = await diskSpaceLeft.run(growing)
  assert.equal(soon?.id, 'disk-full-soon')
  assert.match(soon?.title ?? '', /about 5 days/)
  assert.match(soon?.predicted?.basis ?? '', /tabFile/)
})

test('a failed unit of systemd is told with how to see why', async () => {
  const processManager = {
    kind: 'systemd' as const,
    where: ['/etc/systemd/system/frappe-bench-web.service'],
    running: [],
  }
  const answer =
    'Id=frappe-bench-web.service\nActiveState=failed\nSubState=failed\nResult=exit-code\nUnitFileState=enabled\n'
  const found = await systemdUnits.run(contextOf({ facts: { processManager }, host: { run: said(answer) } }))
  assert.deepEqual(idsOf(found), ['systemd-unit-failed'])
  assert.match(found[0]?.remedies.join() ?? '', /journalctl -u frappe-bench-web\.service/)
})

const check = (id: string, run: () => Promise<never[]>): AnalysisCheck =>
  benchCheck({ ...{ id, title: id, area: 'redis', finds: {} }, run })

test('a check that hangs and one that breaks cost their limit and become information; the rest stands', async () => {
  const facts = factsOf([], {
    findings: [
      {
        id: 'redis-unreachable',
        severity: 'warning',
        title: 't',
        evidence: 'e',
        remedies: ['r'],
        subject: 'redis_cache',
      },
    ],
  })
  const hanging = check('hanging', () => new Promise(() => undefined))
  const broken = check('broken', () => Promise.reject(new Error('no such thing')))
  const host = quietHost({ realPath: async (path) => path })
  const start = performance.now()
  const findings = await analyzeBench(host, facts, { checks: [hanging, broken], timeoutMilliseconds: 200 })
  assert.ok(performance.now() - start < 2000)
  assert.deepEqual(
    findings.map(({ id, severity, area }) => [id, severity, area]),
    [
      ['redis-unreachable', 'warning', 'redis'],
      ['check-failed', 'information', 'redis'],
      ['check-timeout', 'information', 'redis'],
    ],
  )
})

test('of a bench with many sites one of each server is looked at fully, and the others without asking servers', async () => {
  const asked: Record<string, string[]> = { full: [], light: [] }
  const ask = (id: string, more: object): AnalysisCheck =>
    siteCheck({
      ...{ id, title: id, area: 'files', finds: {}, ...more },
      run: async (_, { name }) => {
        asked[id]?.push(name)
        return []
      },
    })
  const checks = [ask('full', {}), ask('light', { light: true })]
  const host = quietHost({ realPath: async (path) => path })
  const names = ['a.test', 'b.test', 'c.test', 'd.test', 'e.test', 'f.test']
  const sites = names.map((name, at) => siteOf(name, { database: { ...address, port: at === 5 ? 3307 : 3306 } }))
  await analyzeBench(host, factsOf(sites), { checks })
  assert.deepEqual([asked['full']?.sort(), asked['light']?.sort()], [['a.test', 'f.test'], names])
  asked['full'] = []
  await analyzeBench(host, factsOf(sites), { checks, sites })
  assert.deepEqual(asked['full'].sort(), names, 'with --all-sites every one')
})
