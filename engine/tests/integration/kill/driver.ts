/**
 * Runs, resumes or takes back a rename in this process and dies by SIGKILL at the chosen boundary.
 * Usage: node driver.ts REQUEST-FILE rename|resume|rollback [NUMBER [BOUNDARIES-FILE]]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { openEnvironment } from '../../../src/execution/open-environment.ts'
import { listRuns, readRun } from '../../../src/execution/run-directory.ts'
import { resumeRun, rollBackRun, startRun, unfinishedRuns } from '../../../src/execution/start-run.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { prepareRename } from '../../../src/workflows/rename-domain/prepare.ts'
import { type Boundary, watchBoundaries, watched } from './boundaries.ts'

const [file = '', action = '', number = '0', list] = process.argv.slice(2)
const { benchPath, request } = JSON.parse(readFileSync(file, 'utf8'))
const boundaries: Boundary[] = []
await watchBoundaries({ at: Number(number), passed: (boundary) => boundaries.push(boundary) })

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
  // As the commands choose: the latest run that was begun. One killed before its first line has touched nothing.
  const ids = await listRuns(benchPath)
  const runs = await Promise.all(ids.map((id) => readRun(benchPath, id)))
  const run =
    action === 'resume' ? (await unfinishedRuns(benchPath)).at(-1) : runs.findLast((one) => one.lines.length > 0)
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
