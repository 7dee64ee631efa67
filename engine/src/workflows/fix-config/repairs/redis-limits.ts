import type { Finding } from '../../../bench/finding.ts'
import { lineEdit } from '../../../changes/line-edits.ts'
import { ownRedisPorts, redisAddresses } from '../../../checks/analysis/redis-addresses.ts'
import type { Repair, RepairLook, RepairStep } from '../repair.ts'

const keyIn = ({ subject }: Finding): 'redis_cache' | 'redis_queue' | null =>
  subject.includes('redis_queue') ? 'redis_queue' : subject.includes('redis_cache') ? 'redis_cache' : null

/** The same in the bench's file for this Redis, where it has such a line. */
async function inFile(look: RepairLook, finding: Finding, name: string, value: string): Promise<RepairStep[]> {
  const address = redisAddresses(look).find(({ keys }) => keys === finding.subject)
  const file = (await ownRedisPorts(look)).find(({ port }) => port === address?.port)?.file
  if (file === undefined) return []
  const lines = (await look.host.readFile(file)).toString().split('\n')
  return lines.flatMap((line, index): RepairStep[] => {
    const [, head = '', old = ''] = new RegExp(`^(\\s*${name}\\s+)(\\S+)\\s*$`).exec(line) ?? []
    if (old === '' || old === value) return []
    const edit = lineEdit(index + 1, line, [{ at: head.length, from: old, to: value }])
    return [
      { kind: 'edit-text', params: { path: file, edits: [edit], privileged: false, purpose: `Keep ${name} ${value}` } },
    ]
  })
}

/** What a Redis does when its memory is used up. */
export const redisLimits: Repair = {
  id: 'redis-limits',
  findings: ['redis-queue-evicts', 'redis-memory-full'],
  cause: 'redis_refuses_work',
  remedies: [
    {
      ...{ id: 'never-evict', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Let the Redis of the queues never throw jobs away',
      plan: async (look, finding) => {
        const key = keyIn(finding)
        if (finding.id !== 'redis-queue-evicts' || key === null) return null
        const step = { kind: 'redis-setting', params: { key, name: 'maxmemory-policy', value: 'noeviction' } }
        return {
          steps: [...(await inFile(look, finding, 'maxmemory-policy', 'noeviction')), step],
          commands: ['redis-cli -p <port of redis_queue> config set maxmemory-policy noeviction'],
        }
      },
    },
    {
      ...{ id: 'more-memory', risk: 'medium', prior: { worked: 7, failed: 3 } },
      describe: 'Let this Redis use twice the memory it uses now',
      plan: async (look, finding) => {
        const key = keyIn(finding)
        const advised = finding.remedies.flatMap((one) => /SET maxmemory (\d+)/.exec(one)?.[1] ?? [])[0]
        if (finding.id !== 'redis-memory-full' || key === null || advised === undefined) return null
        const value = String(Math.max(Number(advised), 64 * 1024 * 1024))
        return {
          steps: [
            ...(await inFile(look, finding, 'maxmemory', value)),
            { kind: 'redis-setting', params: { key, name: 'maxmemory', value } },
          ],
          commands: [`redis-cli -p <port of ${key}> config set maxmemory ${value}`],
        }
      },
    },
  ],
}
