/** `diagnose` and `knowledge` as they are typed, outside a bench and inside one. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { Diagnosis } from '../../../src/diagnosis/diagnosis.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { type Ended, MIGRATOR } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-diagnose-'))
const bench = join(home, 'bench')
const own = join(home, 'config', 'frappe-migrator', 'knowledge')
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

const entry = (id: string, finding: string): string =>
  JSON.stringify({
    id,
    label: 'site_misconfiguration',
    title: `Our own ${id}`,
    explanation: 'Known here.',
    detection: { patterns: [{ text: 'gloomy weather', matching: String.raw`for (?<what>\w+)`, weight: 10 }] },
    solution_steps: [{ say: 'Look at {what}', command: 'bench --site {site} doctor; ls {bench}' }],
    validation: [{ say: 'Sunshine' }],
    risk_level: 'low',
    confirmed_by: [finding],
    sources: ['invented'],
  })

before(async () => {
  await createSandboxBench({ directory: bench })
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'shown_by_bench.yaml'), entry('shown_by_bench', 'config-invalid-json'))
  writeFileSync(join(own, 'not_shown.yaml'), entry('not_shown', 'certificate-expired'))
  writeFileSync(join(own, 'broken.yaml'), 'id: [')
  writeFileSync(join(home, 'report.txt'), 'gloomy weather for bench2\n')
})

function diagnose(parameters: string[], input = '', cwd = home): Ended {
  const environment = { ...process.env, XDG_CONFIG_HOME: join(home, 'config'), NO_COLOR: '1' }
  const ended = spawnSync(MIGRATOR, parameters, { cwd, input, encoding: 'utf8', env: environment })
  return { code: ended.status ?? 128, stdout: ended.stdout, stderr: ended.stderr }
}

const answer = (parameters: string[], input = '', cwd = home): Diagnosis =>
  Diagnosis.parse(JSON.parse(diagnose(['diagnose', '--json', ...parameters], input, cwd).stdout))

const REFUSED = `frappe@erp01:~/frappe-bench$ bench migrate
pymysql.err.OperationalError: (2003, "Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused)")
`

test('a pasted text is answered without a bench: the cause, the line that decides, what to do', () => {
  const { code, stdout, stderr } = diagnose(['diagnose', '-'], REFUSED)
  assert.equal(code, 0, stderr)
  assert.match(stdout.split('\n')[0] ?? '', /database_unavailable, \d+ %/)
  assert.match(stdout, /line 2 +pymysql/)
  assert.match(stdout, /What to do[\s\S]+How to see that it worked/)
})

test('the same as data; secrets in the text do not come out again', () => {
  const secret = `${REFUSED}password = hunter2secret\nredis://:topsecret1@127.0.0.1:13000 connection refused\n`
  const told = diagnose(['diagnose', '--json'], secret).stdout
  assert.equal(Diagnosis.parse(JSON.parse(told)).verdict, 'bench_problem')
  for (const one of ['hunter2secret', 'topsecret1']) assert.ok(!told.includes(one))
})

test('the bench at hand confirms a cause, names the site, and is only read', () => {
  const config = join(bench, 'sites', 'common_site_config.json')
  const good = readFileSync(config)
  writeFileSync(config, '{ "oops": ')
  try {
    const earlier = treeOf(bench)
    const { causes, notes } = answer(['report.txt', '--bench', bench])
    assert.deepEqual(causes.map(({ id, confirmed }) => [id, confirmed]).slice(0, 1), [['shown_by_bench', true]])
    const other = causes.find(({ id }) => id === 'not_shown')
    assert.ok(other === undefined || other.confirmed === false)
    assert.equal(causes[0]?.seen[0]?.id, 'config-invalid-json')
    assert.match(
      causes[0]?.solution_steps[0]?.command ?? '',
      new RegExp(`^bench --site old\\.cloud doctor; ls ${bench}$`),
    )
    assert.equal(causes[0]?.solution_steps[0]?.say, 'Look at bench2')
    assert.match(notes.join(), /broken\.yaml was left out/)
    assert.deepEqual(treeOf(bench), earlier)
  } finally {
    writeFileSync(config, good)
  }
})

test('--no-probe does not look, and the bench that one stands in is found by itself', () => {
  const looked = answer([join(home, 'report.txt')], '', join(bench, 'sites'))
  const ours = ({ causes }: Diagnosis) => causes.find(({ id }) => id === 'shown_by_bench' || id === 'not_shown')
  assert.equal(ours(looked)?.confirmed, false)
  const blind = answer([join(home, 'report.txt'), '--no-probe'], '', bench)
  assert.ok(blind.causes.every(({ confirmed }) => confirmed === null))
  assert.match(ours(blind)?.solution_steps[0]?.command ?? '', new RegExp(`<site> doctor; ls ${bench}$`))
})

test('root asks the owner of the bench for what it finds', { skip: process.getuid?.() !== 0 }, () => {
  execFileSync('chmod', ['755', home])
  execFileSync('chown', ['-R', 'nobody:', bench])
  try {
    const { causes } = answer(['report.txt', '--bench', bench])
    assert.equal(causes.find(({ id }) => id === 'not_shown' || id === 'shown_by_bench')?.confirmed, false)
  } finally {
    execFileSync('chown', ['-R', 'root:', bench])
  }
})

test('wrong input is exit 3 with a sentence', () => {
  const cases: [string[], string | Buffer, RegExp][] = [
    [['diagnose', '-'], '', /input is empty/],
    [['diagnose', '-'], '\0\u0001\u0002'.repeat(200), /no text/],
    [['diagnose', 'nothing.txt'], '', /nothing\.txt cannot be read/],
    [['diagnose', home], '', /cannot be read/],
    [['diagnose', 'report.txt', '--bench', join(home, 'config')], '', /not a Frappe bench/],
    [['diagnose', 'report.txt', '--bench', bench, '--site', 'nobody.knows'], '', /nobody\.knows/],
    [['knowledge', 'lint', join(home, 'nowhere')], '', /no folder/],
  ]
  for (const [parameters, input, expected] of cases) {
    const { code, stderr } = diagnose(parameters, String(input))
    assert.equal(code, 3, `${parameters.join(' ')}: ${stderr}`)
    assert.match(stderr, expected)
  }
})

test('what the knowledge base does not know is said, with exit 2', () => {
  const { code, stdout } = diagnose(['diagnose', '-'], 'qwz xkcdq vbnm\n')
  assert.equal(code, 2)
  assert.match(stdout, /analyze-site/)
})

test('own entries are checked: what is wrong is named with its file, exit 2', () => {
  const { code, stdout } = diagnose(['knowledge', 'lint', own])
  assert.equal(code, 2)
  assert.match(stdout, /broken\.yaml: not readable as YAML/)
  assert.match(stdout, /not_shown\.yaml: no case tries it/)
})

test('cases of own entries are diagnosed among the shipped ones', () => {
  mkdirSync(join(own, 'cases'), { recursive: true })
  const cases = { cause: 'shown_by_bench', cases: [{ report: 'gloomy weather for x' }, { report: REFUSED }] }
  writeFileSync(join(own, 'cases', 'shown_by_bench.yaml'), JSON.stringify(cases))
  const { code, stdout } = diagnose(['knowledge', 'test', own])
  assert.equal(code, 2)
  assert.match(stdout, /failed +shown_by_bench #2: .*database_unavailable/)
  assert.ok(!/failed +shown_by_bench #1/.test(stdout))
})
