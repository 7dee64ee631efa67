/**
 * Starts, resumes or takes back the run over two places in this process, and dies by SIGKILL once that line of its journal is durable.
 * Usage: node driver.ts PLAN-FILE start|resume|rollback LINE
 */
import { readFileSync } from 'node:fs'
import { Journal } from '../../../src/execution/journal.ts'
import { Plan } from '../../../src/execution/plan.ts'
import { listRuns, readRun } from '../../../src/execution/run-directory.ts'
import { userHome } from '../../../src/execution/run-home.ts'
import { resumeRun, rollBackRun, settleEnded, startRun } from '../../../src/execution/start-run.ts'
import { isUnfinished } from '../../../src/execution/unfinished.ts'
import { within } from './stage.ts'

const [file = '', action = '', line = '0'] = process.argv.slice(2)
const append = Journal.prototype.append
Journal.prototype.append = async function (wanted) {
  const written = await append.call(this, wanted)
  if (written.sequence === Number(line)) process.kill(process.pid, 'SIGKILL')
  return written
}
const plan = Plan.parse(JSON.parse(readFileSync(file, 'utf8')))
const said = await within(plan, async (environment) => {
  if (action === 'start') return (await startRun(environment, plan)).outcome.outcome
  const id = (await listRuns(userHome())).at(-1)
  const run = id === undefined ? null : await readRun(userHome(), id)
  if (run === null || run.lines.length === 0) return 'nothing'
  if (action === 'resume' && !isUnfinished(run)) {
    await settleEnded(environment, run)
    return run.state
  }
  const work = action === 'resume' ? resumeRun : rollBackRun
  return (await work(environment, run)).outcome.outcome
})
process.stdout.write(`${said}\n`)
