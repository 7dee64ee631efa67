import type { Fault } from './fault.ts'
import { apps } from './groups/apps.ts'
import { configuration } from './groups/configuration.ts'
import { database } from './groups/database.ts'
import { directories } from './groups/directories.ts'
import { late } from './groups/late.ts'
import { machine } from './groups/machine.ts'
import { processes } from './groups/processes.ts'
import { proxy } from './groups/proxy.ts'
import { redis } from './groups/redis.ts'

/** Every fault that is put in, by group. A new group is one file and one line here. */
export const faultGroups: Readonly<Record<string, readonly Fault[]>> = {
  ...{ configuration, apps, directories, redis, database, proxy, processes, machine, late },
}

export const allFaults: readonly Fault[] = Object.values(faultGroups).flat()
