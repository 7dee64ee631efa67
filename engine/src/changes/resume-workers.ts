import { join } from 'node:path'
import { z } from 'zod'
import { resumeQueueWorkers, suspendQueueWorkers } from '../services/queue-suspension.ts'
import type { Change, ChangeContext } from './change.ts'

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
    const url = await queueUrl(context)
    if (url !== null) await suspendQueueWorkers(url)
    return []
  },
}

async function queueUrl(context: ChangeContext): Promise<string | null> {
  const text = await context.host.readFile(join(context.benchPath, 'sites', 'common_site_config.json'))
  const { redis_queue: url } = JSON.parse(text.toString()) as { redis_queue?: unknown }
  return typeof url === 'string' ? url : null
}
