/**
 * Restores, resumes or takes back in this process and dies by SIGKILL at the chosen boundary.
 * Usage: node kill-driver.ts REQUEST-FILE restore|resume|rollback LABEL#NUMBER [BOUNDARIES-FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readOptionFile } from '../../../src/cli/secret-files.ts'
import { LoadSession } from '../../../src/database/mariadb/load-session.ts'
import { openEnvironment } from '../../../src/execution/open-environment.ts'
import type { Plan } from '../../../src/execution/plan.ts'
import { listRuns, readRun } from '../../../src/execution/run-directory.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { resumeRun, rollBackRun, startRun } from '../../../src/execution/start-run.ts'
import { unfinishedRuns } from '../../../src/execution/unfinished.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { prepareRestore } from '../../../src/workflows/restore-site/prepare.ts'
import { around, type Boundary, die, watchBoundaries, watched } from '../kill/boundaries.ts'

const [file = '', action = '', place = '', list] = process.argv.slice(2)
const { benchPath, request } = JSON.parse(readFileSync(file, 'utf8'))
const boundaries: Boundary[] = []
await watchBoundaries({
  at: place === '' ? null : { label: place.split('#')[0] ?? '', number: Number(place.split('#')[1]) },
  deed: die,
  passed: (boundary) => boundaries.push(boundary),
})
const { run } = LoadSession.prototype
LoadSession.prototype.run = function (this: LoadSession, statement) {
  return around('statement', () => run.call(this, statement))
}

const host = localHost()
const administrator = await readOptionFile(request.administratorFile)
const attended = {
  interactive: false,
  ask: async () => 'keep' as const,
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onConflict: 'keep' as const,
  administrator: async () => administrator,
}
const environmentOf = (plan: Plan) =>
  watched(openEnvironment(host, plan, attended), new Map(plan.steps.map((step) => [step.id, step.kind])))

async function act(): Promise<string> {
  if (action === 'restore') {
    const options = { signal: attended.stop, administrator, backupKey: async () => null, onProgress: () => undefined }
    const plan = await prepareRestore(host, benchPath, request, options)
    return (await startRun(environmentOf(plan), plan)).outcome.outcome
  }
  const runs = await Promise.all((await listRuns(benchHome(benchPath))).map((id) => readRun(benchHome(benchPath), id)))
  const found =
    action === 'resume'
      ? (await unfinishedRuns(benchHome(benchPath))).at(-1)
      : runs.findLast(({ lines }) => lines.length > 0)
  if (!found) return 'nothing'
  const work = action === 'resume' ? resumeRun : rollBackRun
  return (await work(environmentOf(found.plan), found)).outcome.outcome
}

const ended = await act()
if (list !== undefined) writeFileSync(list, JSON.stringify(boundaries))
process.stdout.write(`${ended}\n`)
process.exit(0)
