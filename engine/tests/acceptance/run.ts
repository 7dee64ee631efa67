/**
 * The story on a real Frappe bench. `FRAPPE_BENCH=<path> npm run acceptance`; also read:
 * FRAPPE_DB_ROOT_PASSWORD (for bench new-site), FRAPPE_BENCH_PROGRAM (default `bench`), FRAPPE_NGINX_CONFIG (main file of the nginx that
 * serves the bench), FRAPPE_NGINX_UPDATE (a program that makes nginx serve a new site), FRAPPE_HTTP_PORT (default 80).
 */
import { spawnSync } from 'node:child_process'

if (!process.env['FRAPPE_BENCH']) {
  process.stderr.write(
    'FRAPPE_BENCH is not set: name a throwaway bench, FRAPPE_BENCH=/home/frappe/frappe-bench npm run acceptance\n',
  )
  process.exit(3)
}
const done = spawnSync(process.execPath, ['--test', '--test-reporter=spec', 'tests/acceptance/*.test.ts'], {
  stdio: 'inherit',
})
process.exitCode = done.status ?? 1
