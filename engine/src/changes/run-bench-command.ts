import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change } from './change.ts'
import { keepLog } from './step-log.ts'

const Params = z.object({
  /** As typed after `bench`: `['--site', 'erp.example.com', 'migrate']`. */
  words: z.array(z.string()),
  purpose: z.string(),
})

/** `bench migrate` of a large site may take hours; the run can be stopped, and the step begun again. */
const PATIENCE_MILLISECONDS = 24 * 3_600_000

/**
 * Runs one of Frappe's own commands for a site that the run has made: what it changes is the copy, which a rollback takes away with all
 * that happened to it. The bench program itself is not needed: it does the same (bench/cli.py, frappe_cmd).
 */
export const runBenchCommand: Change<z.infer<typeof Params>, null, { log: string }> = {
  kind: 'run-bench-command',
  undo: 'exact',
  params: Params,
  describe: ({ words, purpose }) => `${purpose} (bench ${words.join(' ')})`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { words }) => {
    const argv = [join(context.benchPath, 'env/bin/python'), '-m', 'frappe.utils.bench_helper', 'frappe'] as const
    const done = await context.host.run({
      argv: [...argv, ...words],
      directory: join(context.benchPath, 'sites'),
      ...{ timeoutMilliseconds: PATIENCE_MILLISECONDS, signal: context.signal },
      onStart: (identity) => context.child(identity, `bench ${words.join(' ')}`),
    })
    const log = await keepLog(context, `${done.stdout}\n${done.stderr}`)
    if (done.exitCode === 0) return { log }
    throw new MigratorError({
      code: 'bench-command-failed',
      kind: 'failed',
      message: `bench ${words.join(' ')} failed on the copy.`,
      evidence: `${(done.stderr.trim() || done.stdout.trim()).slice(-800)}\nwhole output: ${log}`,
      hint: `See what it means: frappe-migrator diagnose ${log}`,
      failureClass: 'dependency',
    })
  },
  revert: async () => [],
}
