import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { resumeQueueWorkers, suspendQueueWorkers } from '../services/queue-suspension.ts'
import type { Change, ChangeContext } from './change.ts'
import { redisUrl } from './redis-url.ts'

/**
 * Ends the short pause of the bench's workers that move-jobs began, so that no worker takes a job between the move of the jobs and
 * the rename of the directory. Backwards it begins the pause, which move-jobs ends.
 */
export const resumeWorkers: Change<Record<string, never>, null, null> = {
  kind: 'resume-workers',
  undo: 'exact',
  params: z.strictObject({}),
  describe: () => 'Let the workers of the bench take jobs again (they paused for all sites for about a second)',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context) => {
    const url = await queueUrl(context)
    if (url !== null) await resumeQueueWorkers(url)
    return null
  },
  revert: async (context) => {
    try {
      const url = await queueUrl(context)
      if (url !== null) await suspendQueueWorkers(url)
      return []
    } catch (error) {
      // A queue that cannot be reached gives nobody a job either; the site itself must come back.
      if (!(error instanceof MigratorError)) throw error
      return [
        { what: 'the workers of the bench', left: 'at work', now: `not paused for the way back: ${error.message}` },
      ]
    }
  },
  passing: true,
}

const queueUrl = (context: ChangeContext): Promise<string | null> => redisUrl(context, 'redis_queue')
