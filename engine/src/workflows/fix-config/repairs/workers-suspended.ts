import type { Repair } from '../repair.ts'

/** Workers that somebody, or a command that was killed, told to take no job. */
export const workersSuspended: Repair = {
  id: 'workers-suspended',
  findings: ['workers-suspended'],
  cause: 'scheduler_or_queue_stands_still',
  remedies: [
    {
      ...{ id: 'resume', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Let the workers take jobs again',
      plan: () => ({
        steps: [
          {
            kind: 'redis-key',
            params: { server: 'redis_queue', name: 'rq:suspended', purpose: 'Let the workers take jobs again' },
          },
        ],
        commands: ['redis-cli -p <port of redis_queue> del rq:suspended'],
      }),
    },
  ],
}
