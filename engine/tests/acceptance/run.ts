/**
 * The story on a real Frappe bench: `FRAPPE_BENCH=<path> npm run acceptance` (all), `npm run acceptance -- rename` (one of its files). It makes sites, changes nginx's files for them, installs
 * and removes the app, and takes everything away again: name a throwaway bench whose services run. Settings: real-bench.ts.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bench = process.env['FRAPPE_BENCH']
if (!bench || !existsSync(join(bench, 'sites', 'apps.txt'))) {
  process.stderr.write(
    `${bench ? `${bench} is not a Frappe bench: it has no sites/apps.txt.` : 'FRAPPE_BENCH is not set.'}
  Nothing was started. The acceptance run makes and removes sites, so name a throwaway bench:
  FRAPPE_BENCH=/home/frappe/frappe-bench FRAPPE_DB_ROOT_PASSWORD_FILE=<file> npm run acceptance
  (further settings: engine/tests/acceptance/real-bench.ts)\n`,
  )
  process.exit(3)
}
// One after the other: all of them edit the same nginx and share the bench's workers and its lock.
const options = ['--test', '--test-concurrency=1', '--test-timeout=900000', '--test-reporter=spec']
const chosen = process.argv.length > 2 ? process.argv.slice(2) : ['*']
const files = chosen.map((name) => `tests/acceptance/${name}.test.ts`)
const done = spawnSync(process.execPath, [...options, ...files], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
})
process.exitCode = done.status ?? 1
