import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { addSandboxSite } from '../../../src/sandbox/sandbox-site.ts'
import { type Ended, MIGRATOR, migrator } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-refusals-'))
const start = join(home, 'start')
const bench = join(home, 'bench')
const sites = join(bench, 'sites')
const plan = join(home, 'plan.json')

before(async () => {
  chmodSync(home, 0o755)
  await createSandboxBench({ directory: start })
  await addSandboxSite(start, { siteName: 'second.test' })
})
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

function fresh(): void {
  rmSync(bench, { recursive: true, force: true })
  cpSync(start, bench, { recursive: true, verbatimSymlinks: true })
}

const machine = ['--nginx-config', join(home, 'nginx.conf'), '--hosts-file', join(home, 'none')]
const rename = (target: string, ...more: string[]) => [
  ...['rename-domain', '--source', 'old.cloud', '--target', target, '--no-interactive'],
  ...machine,
  ...more,
]
const config = (site: string) => join(sites, site, 'site_config.json')
const common = join(sites, 'common_site_config.json')
const editKeys = (path: string, keys: Record<string, unknown>) =>
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...keys }, null, 1))
const withBom = (path: string) => writeFileSync(path, `\ufeff${readFileSync(path, 'utf8')}`)
const nginx = (text: string) =>
  writeFileSync(join(home, 'nginx.conf'), `events {}\nhttp {\n server { listen 80; ${text} }\n}\n`)
const asUser = (user: string, parameters: string[]): Ended => {
  const ended = spawnSync(MIGRATOR, parameters, {
    cwd: '/',
    encoding: 'utf8',
    uid: Number(execFileSync('id', ['-u', user])),
    gid: Number(execFileSync('id', ['-g', user])),
    env: { PATH: process.env['PATH'], HOME: '/tmp' },
  })
  return { code: ended.status ?? 128, stdout: ended.stdout, stderr: ended.stderr }
}

interface Case {
  name: string
  arrange?: () => void
  parameters: string[]
  code: 1 | 3 | 4 | 5
  /** What is wrong and where; what to type or do next. */
  says: RegExp
  next: RegExp
}

const cases: Case[] = [
  // Names
  {
    name: 'a name of two labels with a dash at the edge',
    parameters: rename('-new.domain'),
    code: 3,
    says: /dash/,
    next: /erp\.example\.com/,
  },
  { name: 'two dots', parameters: rename('new..domain'), code: 3, says: /two dots/, next: /Give a name/ },
  { name: 'white space', parameters: rename('new domain'), code: 3, says: /white space/, next: /Give a name/ },
  { name: 'an address that is none', parameters: rename('300.1.1.1'), code: 3, says: /IPv4/, next: /Give a name/ },
  { name: 'a mail address', parameters: rename('me@new.domain'), code: 3, says: /user or e-mail/, next: /Give a name/ },
  {
    name: 'longer than DNS allows, each part short enough',
    parameters: rename(`${Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.')}.test`),
    code: 3,
    says: /longer than 253/,
    next: /Give a name/,
  },
  {
    name: 'target in the domains of another site, in capitals',
    arrange: () => editKeys(config('second.test'), { domains: ['www.second.test', { domain: 'new.domain' }] }),
    parameters: rename('NEW.Domain'),
    code: 4,
    says: /new\.domain is taken[\s\S]*second\.test: domains/,
    next: /Choose another name/,
  },
  {
    name: 'target is the host_name of another site',
    arrange: () => editKeys(config('second.test'), { host_name: 'https://new.domain:8443' }),
    parameters: rename('new.domain'),
    code: 4,
    says: /taken[\s\S]*second\.test: host_name/,
    next: /Choose another name/,
  },
  {
    name: "target in another site's nginx block",
    arrange: () =>
      nginx(`server_name new.domain; location / { proxy_set_header X-Frappe-Site-Name second.test; root ${sites}; }`),
    parameters: rename('new.domain'),
    code: 4,
    says: /new\.domain[\s\S]*nginx/,
    next: /\w/,
  },
  {
    name: 'target is a file of sites/',
    parameters: rename('apps.txt'),
    code: 4,
    says: /taken[\s\S]*sites\/apps\.txt/,
    next: /Choose another name/,
  },
  {
    name: 'target is the directory of assets',
    parameters: rename('assets'),
    code: 4,
    says: /taken[\s\S]*sites\/assets/,
    next: /Choose another name/,
  },
  {
    name: 'target is a link that leads nowhere',
    arrange: () => symlinkSync('/nowhere', join(sites, 'new.domain')),
    parameters: rename('new.domain'),
    code: 4,
    says: /taken[\s\S]*\/nowhere/,
    next: /move it out of sites/,
  },
  {
    name: 'archived by an older bench',
    arrange: () => mkdirSync(join(bench, 'archived_sites', 'new.domain'), { recursive: true }),
    parameters: rename('new.domain'),
    code: 4,
    says: /archived_sites\/new\.domain/,
    next: /archived/,
  },
  {
    name: "another site's name to be rewritten",
    parameters: rename('new.domain', '--also-rewrite', 'second.test'),
    code: 3,
    says: /--also-rewrite second\.test[\s\S]*site second\.test/,
    next: /Only names of the renamed site/,
  },
  {
    name: 'a source that is two sites’ name',
    arrange: () => {
      for (const site of ['old.cloud', 'second.test']) editKeys(config(site), { domains: ['both.test'] })
    },
    parameters: ['rename-domain', '--source', 'both.test', '--target', 'new.domain', '--no-interactive', ...machine],
    code: 3,
    says: /several sites: .*old\.cloud.*second\.test|several sites: .*second\.test.*old\.cloud/,
    next: /--site NAME/,
  },
  // Files of the bench
  {
    name: 'a byte order mark in site_config.json',
    arrange: () => withBom(config('old.cloud')),
    parameters: rename('new.domain'),
    code: 4,
    says: /site_config\.json[\s\S]*1:1[\s\S]*byte order mark/,
    next: /json\.tool/,
  },
  {
    name: 'a byte order mark in common_site_config.json',
    arrange: () => withBom(common),
    parameters: rename('new.domain'),
    code: 4,
    says: /common_site_config\.json[\s\S]*byte order mark/,
    next: /json\.tool/,
  },
  {
    name: 'a configuration that is a list',
    arrange: () => writeFileSync(config('old.cloud'), '[]'),
    parameters: rename('new.domain'),
    code: 4,
    says: /holds no object/,
    next: /Repair line 1/,
  },
  {
    name: 'no db_name',
    arrange: () => editKeys(config('old.cloud'), { db_name: undefined }),
    parameters: rename('new.domain'),
    code: 4,
    says: /"db_name" is missing/,
    next: /db_name/,
  },
  {
    name: 'an SQLite file that is gone',
    arrange: () => rmSync(join(sites, 'old.cloud', 'db'), { recursive: true }),
    parameters: rename('new.domain'),
    code: 4,
    says: /no SQLite database at .*old\.cloud\/db/,
    next: /db_name/,
  },
  {
    name: 'an SQLite file that is none',
    arrange: () => {
      const { db_name } = JSON.parse(readFileSync(config('old.cloud'), 'utf8'))
      rmSync(join(sites, 'old.cloud', 'db'), { recursive: true })
      mkdirSync(join(sites, 'old.cloud', 'db'))
      writeFileSync(join(sites, 'old.cloud', 'db', `${db_name}.db`), 'garbage')
    },
    parameters: rename('new.domain'),
    code: 4,
    says: /file is not a database/,
    next: /integrity_check/,
  },
  {
    name: 'a bench without sites',
    arrange: () => {
      for (const site of ['old.cloud', 'second.test']) rmSync(join(sites, site), { recursive: true })
    },
    parameters: rename('new.domain'),
    code: 3,
    says: /No site of this bench is known as old\.cloud/,
    next: /none/,
  },
  {
    name: 'half a bench: sites/ alone',
    arrange: () => {
      for (const name of ['apps', 'env']) rmSync(join(bench, name), { recursive: true })
      for (const name of ['apps.txt', 'apps.json', 'common_site_config.json']) rmSync(join(sites, name))
    },
    parameters: rename('new.domain'),
    code: 3,
    says: /not a Frappe bench/,
    next: /--bench/,
  },
  // What earlier runs left
  {
    name: 'the plan of an earlier run is damaged',
    arrange: () => {
      mkdirSync(join(bench, '.migrator', 'runs', 'earlier'), { recursive: true })
      writeFileSync(join(bench, '.migrator', 'runs', 'earlier', 'plan.json'), '{')
    },
    parameters: rename('new.domain'),
    code: 5,
    says: /runs\/earlier\/plan\.json/,
    next: /backup of the machine/,
  },
  {
    name: 'the record of runs is no directory',
    arrange: () => writeFileSync(join(bench, '.migrator'), ''),
    parameters: rename('new.domain'),
    code: 4,
    says: /\.migrator/,
    next: /directory/,
  },
  // Options
  {
    name: 'no number',
    parameters: rename('new.domain', '--wait-for-jobs', 'soon'),
    code: 3,
    says: /"soon" is no number/,
    next: /--wait-for-jobs 300/,
  },
  {
    name: 'an empty number',
    parameters: rename('new.domain', '--wait-for-jobs', ''),
    code: 3,
    says: /"" is no number/,
    next: /--wait-for-jobs 300/,
  },
  {
    name: 'a negative number',
    parameters: rename('new.domain', '--wait-for-jobs=-5'),
    code: 3,
    says: /no number/,
    next: /--wait-for-jobs 300/,
  },
  {
    name: 'an unknown choice',
    parameters: rename('new.domain', '--rename-directory', 'maybe'),
    code: 3,
    says: /auto, yes, no/,
    next: /rename-domain --help/,
  },
  {
    name: '--out without --plan',
    parameters: rename('new.domain', '--out', plan),
    code: 3,
    says: /--plan is missing/,
    next: /Add --plan/,
  },
  {
    name: '--out into nowhere',
    parameters: rename('new.domain', '--plan', '--out', '/nowhere/plan.json'),
    code: 3,
    says: /\/nowhere\/plan\.json[\s\S]*ENOENT/,
    next: /may write/,
  },
  {
    name: '--interactive without a terminal',
    parameters: rename('new.domain', '--interactive'),
    code: 3,
    says: /needs a terminal/,
    next: /--no-interactive/,
  },
  {
    name: 'an unknown site to verify',
    parameters: ['verify-migration', '--site', 'nope.test', ...machine],
    code: 3,
    says: /known as nope\.test/,
    next: /old\.cloud/,
  },
  {
    name: 'an unknown site to analyze',
    parameters: ['analyze-site', '--site', 'nope.test'],
    code: 3,
    says: /nope\.test/,
    next: /old\.cloud/,
  },
  {
    name: 'an unknown run to resume',
    parameters: ['resume', '--run', 'nope'],
    code: 3,
    says: /no run nope/,
    next: /rollback --list/,
  },
  {
    name: 'an unknown run to retire',
    parameters: ['cleanup', '--run', 'nope'],
    code: 3,
    says: /no run nope/,
    next: /rollback --list/,
  },
  // Plan files
  {
    name: 'a plan file that is no JSON',
    arrange: () => writeFileSync(plan, '{'),
    parameters: ['rename-domain', '--plan-file', plan],
    code: 3,
    says: /not a plan[\s\S]*JSON/,
    next: /--plan --out/,
  },
  {
    name: 'a plan file of something else',
    arrange: () => writeFileSync(plan, '{"format": 1}'),
    parameters: ['rename-domain', '--plan-file', plan],
    code: 3,
    says: /not a plan[\s\S]*command/,
    next: /--plan --out/,
  },
  {
    name: 'options beside a plan file',
    arrange: () => writeFileSync(plan, '{}'),
    parameters: ['rename-domain', '--plan-file', plan, '--include', 'tabX.y', '--target', 'other.domain'],
    code: 3,
    says: /--plan-file .*does not go with --target, --include/,
    next: /new plan/,
  },
]

/** SQLite's own side files come with any reader of a database in WAL mode. */
const files = () => treeOf(bench).filter((line) => !/\.db-(wal|shm) /.test(line))

/** One sentence what and where, what was left untouched, what to do next; the same as data. */
function assertHelps(ended: Ended, { code, says, next }: Pick<Case, 'code' | 'says' | 'next'>): void {
  assert.equal(ended.code, code, ended.stderr)
  assert.match(ended.stderr, says)
  assert.match(ended.stderr, /^ {2}Untouched: \S/m)
  assert.match(/^ {2}Next: +(.*)$/m.exec(ended.stderr)?.[1] ?? '', next)
  const { error } = JSON.parse(ended.stdout)
  assert.equal(error.exit_code, code)
  assert.match(`${error.message}\n${error.evidence}`, says)
  assert.match(error.next, next)
  assert.ok(error.code !== 'unexpected' && error.untouched)
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes('\u001b'), 'no color where nobody looks')
}

for (const one of cases) {
  test(`bad input: ${one.name}: exit ${one.code}`, async () => {
    fresh()
    rmSync(join(home, 'nginx.conf'), { force: true })
    one.arrange?.()
    const tree = files()
    assertHelps(await migrator(bench, [...one.parameters, '--json']), one)
    assert.deepEqual(files(), tree)
  })
}

test('a plan file of another command, or with half a request, is refused', async () => {
  fresh()
  const planned = await migrator(bench, rename('new.domain', '--plan', '--out', plan))
  assert.equal(planned.code, 2, planned.stderr)
  const whole = JSON.parse(readFileSync(plan, 'utf8'))
  const tree = files()
  for (const wrong of [
    { ...whole, command: 'cleanup' },
    { ...whole, request: { source: 'old.cloud' } },
  ]) {
    writeFileSync(plan, JSON.stringify(wrong))
    const ended = await migrator(bench, ['rename-domain', '--plan-file', plan, '--no-interactive', '--json'])
    assertHelps(ended, { code: 3, says: /not a plan/, next: /--plan --out/ })
  }
  assert.deepEqual(files(), tree)
})

test('an unfinished earlier run is named, with the two commands that end it', async () => {
  fresh()
  const run = join(bench, '.migrator', 'runs', '20260101-000000-rename-aaaa')
  const planned = await migrator(bench, rename('new.domain', '--plan', '--out', plan))
  assert.equal(planned.code, 2)
  mkdirSync(run, { recursive: true })
  cpSync(plan, join(run, 'plan.json'))
  const line = {
    sequence: 1,
    time: '2026-01-01T00:00:00.000Z',
    type: 'state',
    state: 'running',
    reason: 'started',
    pid: 1,
  }
  writeFileSync(join(run, 'journal.jsonl'), `${JSON.stringify(line)}\n`)
  const tree = files()
  const wanted = { code: 4, says: /20260101-000000-rename-aaaa/, next: /resume --run .*rollback --run / } as const
  assertHelps(await migrator(bench, rename('other.domain', '--json')), wanted)
  assert.deepEqual(files(), tree)
})

test('somebody else is told who owns the bench', () => {
  fresh()
  const tree = files()
  const own = { code: 4, says: /belongs to root, and you are nobody/, next: /owner/ } as const
  assertHelps(asUser('nobody', rename('new.domain', '--bench', bench, '--json')), own)
  chmodSync(bench, 0o700)
  const hidden = { code: 4, says: /may not be read by nobody/, next: /owner/ } as const
  assertHelps(asUser('nobody', rename('new.domain', '--bench', bench, '--json')), hidden)
  chmodSync(bench, 0o755)
  assert.deepEqual(files(), tree)
})

test('a profile made for another bench is not run on this one', async () => {
  fresh()
  const profile = join(home, 'profile.json')
  const names = { source: { domain: 'old.cloud' }, target: { domain: 'new.domain' } }
  for (const [value, says] of [
    [
      { ...names, source: { ...names.source, bench_path: '/home/frappe/other' } },
      /source\.bench_path: \/home\/frappe\/other/,
    ],
    [{ ...names, source: { ...names.source, server_ip: '192.0.2.7' } }, /source\.server_ip: 192\.0\.2\.7/],
    [{ ...names, services: { proxy: 'nginx' } }, /services\.proxy: nginx/],
    [{ ...names, services: { redis: 'external' } }, /services\.redis: external/],
  ] as const) {
    writeFileSync(profile, JSON.stringify(value))
    const parameters = [
      'rename-domain',
      '--profile',
      profile,
      '--bench',
      bench,
      '--no-interactive',
      ...machine,
      '--json',
    ]
    assertHelps(await migrator(bench, parameters), { code: 4, says, next: /profile/ })
  }
  writeFileSync(profile, JSON.stringify({ ...names, services: { redis: 'local', ssl: 'none' } }))
  const planned = await migrator(bench, [
    'rename-domain',
    '--profile',
    profile,
    '--plan',
    '--no-interactive',
    ...machine,
  ])
  assert.equal(planned.code, 2, planned.stderr)
})
