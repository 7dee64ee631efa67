import type { Host } from '../host/host.ts'
import type { RunEnvironment } from './environment.ts'
import type { Journal } from './journal.ts'
import type { PlanStep } from './plan.ts'
import { recordOf } from './step-context.ts'
import { filesOf } from './step-files.ts'

/** Brings what a process that was killed in this step left behind to rest: its children, and files it was writing. */
export async function settleEarlier(environment: RunEnvironment, journal: Journal, step: PlanStep): Promise<void> {
  await settleChildren(environment, journal, step.id)
  if (!recordOf(journal, step.id).intent) return
  const { paths, privileged } = filesOf(step)
  const { host } = environment.place(step.place)
  for (const path of paths) await host.settleUnfinished(path, { privileged })
}

/** What we started may outlive us: waits for children that an earlier process journalled for the step, then ends them by identity. */
async function settleChildren(environment: RunEnvironment, journal: Journal, step: string): Promise<void> {
  for (const line of journal.lines) {
    if (line.type !== 'child' || line.step !== step) continue
    const host = await hostOf(environment, line)
    if (host === null) continue
    for (const [signal, patience] of [
      [null, 2000],
      ['SIGTERM', 5000],
      ['SIGKILL', 5000],
    ] as const) {
      if (!(await isSame(host, line))) break
      if (signal) await host.endProcess(line, signal)
      const until = Date.now() + patience
      while (Date.now() < until && (await isSame(host, line))) await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Boot id and start time tell on which machine it is, when it is still there. */
async function hostOf({ hosts }: RunEnvironment, child: Parameters<typeof isSame>[1]): Promise<Host | null> {
  for (const host of hosts) if (await isSame(host, child)) return host
  return null
}

async function isSame(host: Host, child: { pid: number; startTime: string; bootId: string }): Promise<boolean> {
  const now = await host.processIdentity(child.pid)
  return now !== null && now.startTime === child.startTime && now.bootId === child.bootId
}
