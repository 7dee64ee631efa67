import type { Host } from './host.ts'
import { systemCode } from './local/files.ts'

/** A machine, so that it is known again after a restart and told from its own clone. */
export interface Machine {
  /** Its host name, for people. */
  name: string
  /** Of /etc/machine-id (machine-id(5)); empty where a container has none: then the name alone tells. */
  id: string
}

/** The machine that a host's commands run on. */
export async function machineOf(host: Host): Promise<Machine> {
  const [name, id] = await Promise.all([
    host.readFile('/proc/sys/kernel/hostname').then(String),
    host.readFile('/etc/machine-id').then(String, (error: unknown) => {
      if (systemCode(error) === undefined) throw error
      return ''
    }),
  ])
  return { name: name.trim(), id: id.trim() }
}

export const isSameMachine = (one: Machine, other: Machine): boolean => one.name === other.name && one.id === other.id
