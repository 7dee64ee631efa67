import { join } from 'node:path'
import { z } from 'zod'
import { assetPath } from '../host/asset.ts'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { redisUrl } from './redis-url.ts'

const Params = z.object({
  benchId: z.string(),
  from: z.string(),
  to: z.string(),
  /** Seconds to wait for jobs of the site that are running. */
  waitSeconds: z.number(),
  /**
   * `wait`: only wait, while the site is still live, so that a long job does not lengthen the maintenance. `late`: move what a request
   * that began before the maintenance put between the move and the rename of the directory, before a worker takes it.
   */
  part: z.enum(['wait', 'late']).exactOptional(),
})
type Params = z.infer<typeof Params>

const Answer = z.object({
  moved: z.array(z.object({ id: z.string(), new: z.string(), status: z.string(), method: z.string() })),
  running: z.array(z.string()),
  left: z.array(z.object({ id: z.string(), why: z.string() })),
  requeued: z.array(z.string()),
})
/** When the jobs of the site began to have another name than its directory: what failed from then on did so for that. */
type Begun = { since: string }
type MovedJobs = Begun & { moved: number; requeued: number; left: { id: string; why: string }[] }

/**
 * Gives the waiting, scheduled, deferred and failed jobs of the site their new site name; under the old one each would fail with
 * IncorrectSitePath. Running ones are waited for first; then the workers pause until the directory is renamed (resume-workers).
 */
export const moveJobs: Change<Params, Begun | null, MovedJobs> = {
  kind: 'move-jobs',
  undo: 'exact',
  params: Params,
  describe: ({ from, to, waitSeconds, part }) =>
    part === 'wait'
      ? `Wait up to ${waitSeconds} s for running jobs of ${from} (site stays live)`
      : part === 'late'
        ? `Move jobs that ${from} put meanwhile to ${to}`
        : `Move the queued, scheduled, deferred and failed jobs of ${from} to ${to}, once none runs`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async (context, { part }) =>
    part === 'late' ? (MovedAt.safeParse(context.afterOf(MOVE_STEP)).data ?? begunNow()) : begunNow(),
  apply: async (context, params, before) => {
    const { part } = params
    const { since } = before ?? begunNow()
    const names = { old: params.from, new: params.to, since }
    const answer = await call(context, params, { ...names, pause: part !== 'late', only_wait: part === 'wait' })
    if (answer.running.length && part !== 'late') {
      throw new MigratorError({
        code: 'jobs-still-running',
        kind: 'failed',
        message: `${answer.running.length} job(s) of ${params.from} are still running after ${params.waitSeconds} s.`,
        evidence: answer.running.slice(0, 5).join(', '),
        hint: 'Wait until they are done, or wait longer with --wait-for-jobs SECONDS.',
        failureClass: 'dependency',
      })
    }
    return { since, moved: answer.moved.length, requeued: answer.requeued.length, left: answer.left }
  },
  revert: async (context, params, before) => {
    if (params.part !== undefined) return []
    const { since } = before ?? begunNow()
    try {
      const answer = await call(context, params, { old: params.to, new: params.from, since, pause: false })
      const kept: Kept[] = answer.running.map((id) => ({
        what: `job ${id}`,
        left: 'moved',
        now: 'it is running under the new name',
      }))
      return [...kept, ...answer.left.map(({ id, why }) => ({ what: `job ${id}`, left: 'moved', now: why }))]
    } catch (error) {
      // The site itself must come back even where its queue cannot be reached; say what is left to do.
      if (!(error instanceof MigratorError)) throw error
      return [
        {
          what: `background jobs of ${params.to}`,
          left: 'moved',
          now: `not moved back: ${error.message} ${error.evidence ?? ''}`,
        },
      ]
    }
  },
}

/** The step whose jobs `late` completes (plan-steps.ts). */
const MOVE_STEP = 'move-jobs'

const MovedAt = z.object({ since: z.string() })

/** For a run begun by a version that did not keep it, nothing that failed before counts. */
const begunNow = (): Begun => ({ since: new Date().toISOString() })

async function call(
  context: ChangeContext,
  params: Params,
  wanted: { old: string; new: string; since: string; pause: boolean; only_wait?: boolean },
): Promise<z.infer<typeof Answer>> {
  const redis = await redisUrl(context, 'redis_queue')
  if (redis === null) return { moved: [], running: [], left: [], requeued: [] }
  const done = await context.host.run({
    argv: [join(context.benchPath, 'env/bin/python'), assetPath('src/changes/python/move_jobs.py')],
    directory: join(context.benchPath, 'sites'),
    input: JSON.stringify({ redis, bench_id: params.benchId, wait: params.waitSeconds, ...wanted }),
    timeoutMilliseconds: (params.waitSeconds + 120) * 1000,
    onStart: (identity) => context.child(identity, 'move_jobs.py'),
  })
  if (done.exitCode === 0) return Answer.parse(JSON.parse(done.stdout))
  const unreachable = /redis\.exceptions\.(ConnectionError|TimeoutError)|Connection refused/.test(done.stderr)
  throw new MigratorError({
    code: unreachable ? 'redis-unreachable' : 'move-jobs-failed',
    kind: 'failed',
    message: unreachable
      ? 'The queue server (redis_queue) does not answer.'
      : 'The background jobs could not be moved.',
    evidence: (done.stderr.trim().split('\n').at(-1) ?? '').replace(/\/\/[^@/]*@/, '//***@').slice(0, 300),
    hint: unreachable
      ? 'Start it (bench start, or supervisor), then try again.'
      : 'Look at the bench: env/bin/python -c "import redis"',
    failureClass: unreachable ? 'service' : 'dependency',
  })
}
