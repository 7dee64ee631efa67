import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { addSandboxSite } from '../../../src/sandbox/sandbox-site.ts'
import { migrator } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-input-'))
const start = join(home, 'start')
const bench = join(home, 'bench')
const config = join(bench, 'sites', 'old.cloud', 'site_config.json')

before(async () => {
  await createSandboxBench({ directory: start })
  await addSandboxSite(start, { siteName: 'second.test' })
})
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

interface Case {
  name: string
  arrange?: () => void
  parameters: string[]
  code: number
  /** What the sentence must say. */
  says: RegExp
}

const rename = (source: string, target: string, ...more: string[]) => [
  'rename-domain',
  '--source',
  source,
  '--target',
  target,
  '--no-interactive',
  '--nginx-config',
  join(home, 'none'),
  ...more,
]
const edit = (change: (text: string) => string) => () => writeFileSync(config, change(readFileSync(config, 'utf8')))
const editKeys = (keys: Record<string, unknown>) =>
  edit((text) => JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))
const profile = (value: unknown) => () => writeFileSync(join(home, 'profile.json'), JSON.stringify(value))
const withProfile = ['rename-domain', '--profile', join(home, 'profile.json'), '--no-interactive']

const cases: Case[] = [
  {
    name: 'unknown site',
    parameters: rename('nowhere.test', 'new.domain'),
    code: 3,
    says: /No site .* known as nowhere\.test[\s\S]*old\.cloud/,
  },
  { name: 'source = target', parameters: rename('old.cloud', 'OLD.cloud'), code: 3, says: /same name/ },
  {
    name: 'target with scheme',
    parameters: rename('old.cloud', 'https://new.domain'),
    code: 3,
    says: /--target.*no host name/,
  },
  { name: 'target with path', parameters: rename('old.cloud', 'new.domain/x'), code: 3, says: /no host name/ },
  { name: 'target with port', parameters: rename('old.cloud', 'new.domain:8000'), code: 3, says: /no host name/ },
  { name: 'target wildcard', parameters: rename('old.cloud', '*.domain'), code: 3, says: /no host name/ },
  { name: 'target too long', parameters: rename('old.cloud', `${'a'.repeat(64)}.test`), code: 3, says: /no host name/ },
  { name: 'target of another site', parameters: rename('old.cloud', 'second.test'), code: 4, says: /taken/ },
  {
    name: 'target archived',
    arrange: () => mkdirSync(join(bench, 'archived', 'sites', 'new.domain'), { recursive: true }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /archived/,
  },
  {
    name: 'target directory left over',
    arrange: () => mkdirSync(join(bench, 'sites', 'new.domain', 'logs'), { recursive: true }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /taken[\s\S]*sites\/new\.domain/,
  },
  {
    name: 'broken JSON',
    arrange: edit((text) => text.replace(',', ',,')),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /line \d+, column \d+/,
  },
  {
    name: 'wrong database type',
    arrange: editKeys({ db_type: 'oracle' }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /unknown type/,
  },
  {
    name: 'PostgreSQL',
    arrange: editKeys({ db_type: 'postgres' }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /PostgreSQL/,
  },
  {
    name: 'missing db_password',
    arrange: editKeys({ db_type: 'mariadb', db_password: undefined }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /no password for its database/,
  },
  {
    name: 'database down',
    arrange: editKeys({ db_type: 'mariadb', db_password: 'x', db_host: '127.0.0.1', db_port: 1 }),
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /127\.0\.0\.1:1/,
  },
  {
    name: 'symlinked site',
    arrange: () => {
      execFileSync('mv', [join(bench, 'sites', 'old.cloud'), join(bench, 'elsewhere')])
      symlinkSync(join(bench, 'elsewhere'), join(bench, 'sites', 'old.cloud'))
    },
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /is a link to/,
  },
  {
    name: 'two sites on one database',
    arrange: () => {
      const other = join(bench, 'sites', 'second.test', 'site_config.json')
      const mariadb = { db_type: 'mariadb', db_name: 'shared', db_password: 'x', db_host: '127.0.0.1', db_port: 1 }
      for (const path of [config, other]) writeFileSync(path, JSON.stringify(mariadb))
    },
    parameters: rename('old.cloud', 'new.domain'),
    code: 4,
    says: /127\.0\.0\.1:1|same database/,
  },
  { name: 'not a bench', parameters: ['analyze-site', '--bench', home], code: 3, says: /not a Frappe bench/ },
  { name: 'unknown command', parameters: ['rename-everything'], code: 3, says: /unknown command/ },
  { name: 'unknown option', parameters: ['analyze-site', '--fast'], code: 3, says: /unknown option/ },
  {
    name: 'one site and all of them',
    parameters: ['analyze-site', '--all-sites', '--site', 'old.cloud'],
    code: 3,
    says: /cannot be given together/,
  },
  {
    name: 'missing target',
    parameters: ['rename-domain', '--source', 'old.cloud'],
    code: 3,
    says: /--target is missing/,
  },
  {
    name: 'unknown column',
    parameters: rename('old.cloud', 'new.domain', '--include', 'tabNone.nothing'),
    code: 3,
    says: /tabNone\.nothing/,
  },
  {
    name: 'foreign --url',
    parameters: rename('old.cloud', 'new.domain', '--url', 'https://other.test'),
    code: 3,
    says: /--url/,
  },
  {
    name: 'unknown profile keys',
    arrange: profile({ source: { domain: 'a.b', flavor: 1 }, extra: 2 }),
    parameters: withProfile,
    code: 3,
    says: /source\.flavor[\s\S]*extra|extra[\s\S]*source\.flavor/,
  },
  {
    name: 'secret in a profile',
    arrange: profile({ source: { db_password: 'x' } }),
    parameters: withProfile,
    code: 3,
    says: /source\.db_password/,
  },
  {
    name: 'unsupported profile values',
    arrange: profile({
      services: { proxy: 'traefik', redis: 'docker', ssl: 'letsencrypt' },
      database: { backup_file: 'x' },
    }),
    parameters: withProfile,
    code: 4,
    says: /backup_file[\s\S]*traefik[\s\S]*docker[\s\S]*letsencrypt/,
  },
  {
    name: 'no such plan file',
    parameters: ['rename-domain', '--plan-file', join(home, 'none.json')],
    code: 3,
    says: /The plan .*none\.json cannot be read[\s\S]*ENOENT/,
  },
  {
    name: 'a directory to save the plan as',
    parameters: rename('old.cloud', 'new.domain', '--plan', '--out', home),
    code: 3,
    says: /cannot be saved[\s\S]*is a directory[\s\S]*name of a file in it/,
  },
  {
    name: 'two sources',
    parameters: rename('old.cloud', 'new.domain', '--source-domain', 'other.cloud'),
    code: 3,
    says: /--source old\.cloud and --source-domain other\.cloud/,
  },
  {
    name: 'no such run',
    parameters: ['rollback', '--run', '20200101-000000-rename-aaaa', '--no-interactive'],
    code: 3,
    says: /no run/i,
  },
]

/** SQLite's own side files come with any reader of a database in WAL mode. */
const files = () => treeOf(bench).filter((line) => !/\.db-(wal|shm) /.test(line))

for (const { name, arrange, parameters, code, says } of cases) {
  test(`bad input: ${name}: exit ${code}, a sentence that helps, nothing touched`, async () => {
    rmSync(bench, { recursive: true, force: true })
    cpSync(start, bench, { recursive: true, verbatimSymlinks: true })
    arrange?.()
    const tree = files()
    const ended = await migrator(bench, parameters)
    assert.equal(ended.code, code, ended.stderr)
    assert.match(ended.stderr, says)
    assert.deepEqual(files(), tree)
    assert.ok(!ended.stderr.includes('\u001b['), 'no color where nobody looks')
  })
}

test('the same error as data with --json', async () => {
  const ended = await migrator(start, rename('nowhere.test', 'new.domain', '--json'))
  const { error } = JSON.parse(ended.stdout)
  assert.equal(error.code, 'site-not-found')
  assert.equal(error.exit_code, 3)
  assert.ok(error.untouched && error.next)
})

test('a plan file is refused, with the item, once a fact has moved', async () => {
  rmSync(bench, { recursive: true, force: true })
  cpSync(start, bench, { recursive: true, verbatimSymlinks: true })
  const out = join(home, 'plan.json')
  const planned = await migrator(bench, rename('old.cloud', 'new.domain', '--plan', '--out', out))
  assert.equal(planned.code, 2, planned.stderr)
  editKeys({ host_name: 'https://old.cloud:8443' })()
  const ended = await migrator(bench, ['rename-domain', '--plan-file', out, '--no-interactive'])
  assert.equal(ended.code, 4, ended.stderr)
  assert.match(ended.stderr, /site-config/)
})

test('a bench of somebody else is refused, or continued as its owner by root', async () => {
  rmSync(bench, { recursive: true, force: true })
  cpSync(start, bench, { recursive: true, verbatimSymlinks: true })
  assert.equal(process.getuid?.(), 0, 'this test needs root, to be two users')
  execFileSync('chmod', ['-R', 'a+rX', home])
  execFileSync('chown', ['-R', 'www-data:www-data', bench])
  const ended = await migrator(bench, [
    'rename-domain',
    '--source',
    'old.cloud',
    '--target',
    'new.domain',
    '--no-interactive',
  ])
  assert.equal(ended.code, 0, ended.stderr)
  const owners = new Set(treeOf(bench).map((line) => line.split(' ')[2]))
  const uid = execFileSync('id', ['-u', 'www-data'], { encoding: 'utf8' }).trim()
  assert.deepEqual([...owners], [`${uid}:${uid}`])
})
