/**
 * Runs a rename in this process and dies by SIGKILL at the chosen journal line: before it is written, after it is durable, or with
 * half of it on the disk. Usage: node driver.ts REQUEST-FILE LINE before|after|torn|never. Wraps the journal; the product knows nothing of it.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { Journal } from '../../src/execution/journal.ts'
import { openEnvironment } from '../../src/execution/open-environment.ts'
import { startRun } from '../../src/execution/start-run.ts'
import { localHost } from '../../src/host/local/index.ts'
import { prepareRename } from '../../src/workflows/rename-domain/prepare.ts'

const [file = '', line = '0', moment = 'never'] = process.argv.slice(2)
const { benchPath, request } = JSON.parse(readFileSync(file, 'utf8'))

const append = Journal.prototype.append
let count = 0
Journal.prototype.append = async function (this: Journal, entry) {
  count += 1
  const chosen = count === Number(line)
  if (chosen && moment === 'before') process.kill(process.pid, 'SIGKILL')
  if (chosen && moment === 'torn') {
    appendFileSync(this.path, JSON.stringify({ sequence: count, ...entry }).slice(0, 40))
    process.kill(process.pid, 'SIGKILL')
  }
  const written = await append.call(this, entry)
  if (chosen && moment === 'after') process.kill(process.pid, 'SIGKILL')
  return written
}

const host = localHost()
const plan = await prepareRename(host, benchPath, request, {})
const environment = openEnvironment(host, plan, {
  interactive: false,
  ask: async () => 'keep',
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onConflict: 'keep',
})
const { outcome } = await startRun(environment, plan)
process.stdout.write(`${outcome.outcome} ${count}\n`)
