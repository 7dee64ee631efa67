import { benchCheck, type Found } from './analysis-check.ts'
import { redisAddresses } from './redis-addresses.ts'

const BACKLOG = 1000

const finds = {
  'workers-suspended': 'the workers are told to take no job (rq:suspended)',
  'queue-without-worker': 'jobs wait in a queue that no worker listens to',
  'queue-backlog': 'very many jobs wait in a queue',
}
type Id = keyof typeof finds

/** Whether background jobs are taken: queues without workers, workers told to pause, jobs that pile up. */
export const queues = benchCheck({
  id: 'queues',
  title: 'Background jobs are taken',
  area: 'workers',
  finds,
  run: async (context) => {
    const { facts } = context
    const queue = redisAddresses(context).find(({ purposes }) => purposes.includes('queue'))
    if (queue === undefined) return []
    const reading = await context.redis(queue.url)
    const found: Found<Id>[] = []
    const at = `redis-cli -p ${queue.port ?? '<port>'}`
    if (reading.suspended !== null) {
      found.push({
        ...{ id: 'workers-suspended', severity: 'warning', subject: queue.keys },
        title: 'The workers of every bench on this Redis are told to pause.',
        evidence: `${reading.url}: the key rq:suspended is set`,
        cause: 'Somebody paused them (bench suspend, or a run of this tool in the last minutes) and did not resume.',
        remedies: [`If no run is under way: ${at} DEL rq:suspended`],
      })
    }
    const own = reading.queues.filter(({ name }) => name.startsWith(`${facts.benchId}:`))
    const anyWorker = own.some(({ workers }) => workers > 0)
    for (const { name, jobs, workers } of own) {
      if (jobs > 0 && workers === 0 && anyWorker) {
        found.push({
          ...{ id: 'queue-without-worker', severity: 'warning', subject: name },
          title: `${jobs} jobs wait in the queue ${name}, and no worker listens to it.`,
          evidence: `${reading.url}: rq:queue:${name} holds ${jobs}, rq:workers:${name} is empty`,
          cause: 'The worker of that queue ended, or none is configured for it.',
          remedies: [`cd ${facts.path} && bench worker --queue ${name.slice(name.lastIndexOf(':') + 1)}`],
        })
      } else if (jobs >= BACKLOG) {
        found.push({
          ...{ id: 'queue-backlog', severity: 'warning', subject: name },
          title: `${jobs} jobs wait in the queue ${name}.`,
          evidence: `${reading.url}: rq:queue:${name} holds ${jobs}, ${workers} workers`,
          remedies: [
            'Look which method they call (RQ Job list in the desk); more workers: bench set-config -g background_workers <n>',
          ],
        })
      }
    }
    return found
  },
})
