/**
 * `diagnose` by the installed program's bundle: one report beyond the start of the program, and logs of 200 MB of three kinds.
 * Usage: node benchmarks/diagnose.ts [megabytes] [rounds]. Goals: a report ≤ 100 ms beyond the start; a log ≤ 5 s and ≤ 150 MB of memory.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readCases } from '../src/diagnosis/knowledge/read-cause.ts'

const ENGINE = resolve(import.meta.dirname, '..')
const megabytes = Number(process.argv[2] ?? 200)
const rounds = Number(process.argv[3] ?? 9)
/** The program is started with the same memory settings as bin/frappe-migrator gives. */
const MEMORY = '--max-semi-space-size=4'
const TELL_PEAK = `data:text/javascript,process.on('exit',()=>process._rawDebug('peak '+process.resourceUsage().maxRSS))`

function tell(what: string, measured: string, goal: string, met: boolean): void {
  console.log(`${what.padEnd(52)} ${measured.padEnd(18)} goal ${goal.padEnd(12)} ${met ? 'met' : 'MISSED'}`)
}

function run(program: string, parameters: string[]): { seconds: number; peak: number } {
  const begun = performance.now()
  const ended = spawnSync(process.execPath, [MEMORY, '--import', TELL_PEAK, program, ...parameters], {
    encoding: 'utf8',
  })
  const seconds = (performance.now() - begun) / 1000
  if (ended.status !== 0 && ended.status !== 2) throw new Error(`exit ${ended.status}: ${ended.stderr}`)
  return { seconds, peak: Number(/^peak (\d+)/m.exec(ended.stderr)?.[1]) }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function sampleReport(): string {
  const read = readCases(join(ENGINE, 'knowledge/cases/port_conflict.yaml'))
  if (!('cases' in read)) throw new Error(read.problems.join())
  return read.cases.cases[0]?.report ?? ''
}

type Line = (number: number, random: () => number) => string

/** `name: a log's next line`. */
const kinds: Record<string, Line> = {
  'a web log with a traceback now and then': (number, random) =>
    random() < 0.001 ? traceback(number) : request(number, random),
  'nothing but errors, each with other numbers': (number, random) =>
    `2026-11-25 09:31:${String(number % 60).padStart(2, '0')},${number % 1000} ERROR job ${Math.floor(random() * 1e9)} of queue ${number % 7} failed after ${number % 90} s`,
  'nothing but tracebacks': (number) => traceback(number),
  'errors of ever other words': (_, random) =>
    `Error: could not ${word(random)} the ${word(random)} ${word(random)} of ${word(random)}`,
  'lines of ten megabytes': (number) => `${'x'.repeat(5_000_000)} error ${number} ${'y'.repeat(5_000_000)}`,
}

const request: Line = (number) =>
  `09:31:${String(number % 60).padStart(2, '0')} web.1            | 127.0.0.1 - - [25/Nov/2026 09:31:02] "GET /api/method/frappe.desk.form.load.getdoc?name=${number} HTTP/1.1" 200 -`

const traceback = (number: number): string =>
  [
    'Traceback (most recent call last):',
    ...Array.from(
      { length: 12 },
      (_, at) => `  File "apps/frappe/frappe/app.py", line ${number % 900}, in step_${at}\n    go(${number})`,
    ),
    `redis.exceptions.ConnectionError: Error 111 connecting to 127.0.0.1:${number % 65_536}. Connection refused.`,
  ].join('\n')

const word = (random: () => number): string =>
  Array.from({ length: 6 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('')

function writeLog(path: string, line: Line): void {
  const random = numbers()
  const file = openSync(path, 'w')
  for (let written = 0, number = 0; written < megabytes * 1e6; ) {
    let block = ''
    while (block.length < 1e6) block += `${line(number++, random)}\n`
    written += writeSync(file, block)
  }
  closeSync(file)
}

/** The same numbers each time (a linear congruential generator: quality does not matter here). */
function numbers(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function measure(): void {
  const folder = mkdtempSync(join(tmpdir(), 'migrator-diagnose-'))
  try {
    const bundle = join(folder, 'bundle')
    spawnSync(process.execPath, [join(ENGINE, 'scripts/bundle.ts'), '--out', bundle], { stdio: 'inherit' })
    const program = join(bundle, 'frappe-migrator.mjs')
    const report = join(folder, 'report.txt')
    writeFileSync(report, sampleReport())
    const start = median(Array.from({ length: rounds }, () => run(program, ['--version']).seconds))
    const one = median(Array.from({ length: rounds }, () => run(program, ['diagnose', '--no-probe', report]).seconds))
    tell('one report beyond the start', `${Math.round((one - start) * 1000)} ms`, '100 ms', one - start <= 0.1)
    for (const [name, line] of Object.entries(kinds)) {
      const log = join(folder, 'log')
      writeLog(log, line)
      const { seconds, peak } = run(program, ['diagnose', '--no-probe', '--json', log])
      const said = `${seconds.toFixed(2)} s, ${Math.round(peak / 1024)} MB`
      tell(`${megabytes} MB, ${name}`, said, '5 s, 150 MB', seconds <= 5 && peak <= 150 * 1024)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

measure()
