/**
 * Runs, resumes or takes back a rename in this process and dies by SIGKILL at the chosen boundary, or does another deed there.
 * Usage: node driver.ts REQUEST-FILE rename|resume|rollback|cleanup LABEL#NUMBER die|fill|end|lock|write ARGUMENT [BOUNDARIES-FILE]
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { surveyBench } from '../../../src/bench/survey.ts'
import { openEnvironment } from '../../../src/execution/open-environment.ts'
import { listRuns, readRun } from '../../../src/execution/run-directory.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { resumeRun, rollBackRun, startRun } from '../../../src/execution/start-run.ts'
import { unfinishedRuns } from '../../../src/execution/unfinished.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { planCleanup, retirable } from '../../../src/workflows/cleanup.ts'
import { prepareRename } from '../../../src/workflows/rename-domain/prepare.ts'
import { type Boundary, die, watchBoundaries, watched } from './boundaries.ts'
import { fillDisk } from './full-disk.ts'

const [file = '', action = '', place = '', deed = 'die', argument = '', list] = process.argv.slice(2)
const { benchPath, request } = JSON.parse(readFileSync(file, 'utf8'))
const boundaries: Boundary[] = []
const deeds: Record<string, () => void> = {
  die,
  /** Leaves no room on the file system of a directory. */
  fill: () => fillDisk(argument),
  /** Ends another process: the database server. */
  end: () => process.kill(Number(argument), 'SIGKILL'),
  /** Makes a file read-only even for root, by binding it to itself. */
  lock: () => {
    for (const argv of [
      ['--bind', argument, argument],
      ['-o', 'remount,bind,ro', argument],
    ])
      execFileSync('mount', argv)
  },
  /** Somebody else writes a file: PATH=TEXT. */
  write: () => writeFileSync(argument.slice(0, argument.indexOf('=')), argument.slice(argument.indexOf('=') + 1)),
}
await watchBoundaries({
  at: place === '' ? null : { label: place.split('#')[0] ?? '', number: Number(place.split('#')[1]) },
  deed: deeds[deed] ?? die,
  passed: (boundary) => boundaries.push(boundary),
})

const host = localHost()
const attended = {
  interactive: false,
  ask: async () => 'keep' as const,
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onConflict: 'keep' as const,
}

async function act(): Promise<string> {
  if (action === 'rename') {
    const plan = await prepareRename(host, benchPath, request, {})
    const kinds = new Map(plan.steps.map((step) => [step.id, step.kind]))
    const { outcome } = await startRun(watched(openEnvironment(host, plan, attended), kinds), plan)
    return said(outcome)
  }
  if (action === 'cleanup') {
    const facts = await surveyBench(host, benchPath, {
      nginxConfig: request.nginxConfig,
      hostsFile: request.hostsFile,
      crontabDirectories: request.crontabDirectories,
    })
    const runs = await Promise.all(
      (await listRuns(benchHome(benchPath))).map((id) => readRun(benchHome(benchPath), id)),
    )
    const plan = planCleanup(facts, runs.filter(retirable), [])
    const kinds = new Map(plan.steps.map((step) => [step.id, step.kind]))
    return said((await startRun(watched(openEnvironment(host, plan, attended), kinds), plan)).outcome)
  }
  // As the commands choose: the latest run that was begun. One killed before its first line has touched nothing.
  const ids = await listRuns(benchHome(benchPath))
  const runs = await Promise.all(ids.map((id) => readRun(benchHome(benchPath), id)))
  const run =
    action === 'resume'
      ? (await unfinishedRuns(benchHome(benchPath))).at(-1)
      : runs.findLast((one) => one.lines.length > 0)
  if (!run) return runs.at(-1)?.state === 'done' ? 'finished' : 'nothing'
  if (run.state === 'rolled-back') return 'nothing'
  const kinds = new Map(run.plan.steps.map((step) => [step.id, step.kind]))
  const environment = watched(openEnvironment(host, run.plan, attended), kinds)
  const work = action === 'resume' ? resumeRun : rollBackRun
  return said((await work(environment, run)).outcome)
}

function said(outcome: { outcome: string; error?: unknown; kept?: number }): string {
  const reason = outcome.error instanceof Error ? ` ${outcome.error.message}` : ''
  return `${outcome.outcome}${outcome.kept ? ` kept ${outcome.kept}` : ''}${reason}`
}

const ended = await act()
if (list !== undefined) writeFileSync(list, JSON.stringify(boundaries))
process.stdout.write(`${ended}\n`)
process.exit(0)
