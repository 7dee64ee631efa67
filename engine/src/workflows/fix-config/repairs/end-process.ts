import { commandLabel } from '../../../bench/bench-processes.ts'
import type { Finding } from '../../../bench/finding.ts'
import type { Host, ProcessFacts } from '../../../host/host.ts'
import type { Repair, RepairLook, RepairPlan } from '../repair.ts'

const PATIENCE_SECONDS = 5
/** What would start again, or end with it everything else, when one of its children is ended. */
const KEEPER = /\b(?:supervisord|honcho|foreman|forego|runsv|circusd|pm2|containerd-shim|docker-init)\b/

/** The control group of a unit of systemd, by the end of its path; a login's own manager keeps nothing up. */
const SERVICE = /\/(?!user@)[^/\n]+\.service$/m

/** Whether something watches over a process: it is for that to end it. */
async function isKept({ host }: RepairLook, process: ProcessFacts, all: readonly ProcessFacts[]): Promise<boolean> {
  const parent = all.find(({ pid }) => pid === process.parent)
  if (parent !== undefined && KEEPER.test(parent.argv.join(' '))) return true
  const [group, ours] = await Promise.all([groupOf(host, String(process.pid)), groupOf(host, 'self')])
  // In a container everything may stand in one group: what stands in ours is no service of its own.
  return group !== ours && SERVICE.test(group)
}

const groupOf = async (host: Host, process: string): Promise<string> =>
  (await host.readFile(`/proc/${process}/cgroup`).catch(() => Buffer.from(''))).toString()

/** By pid, start time and boot: never one that merely has its number by then. */
function ending(processes: readonly ProcessFacts[]): RepairPlan {
  return {
    steps: processes.map(({ pid, startTime, bootId, argv }) => ({
      kind: 'end-process',
      params: { pid, startTime, bootId, command: commandLabel(argv) },
    })),
    commands: processes.map(({ pid }) => `kill ${pid}`),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

const mayEnd = ({ host }: RepairLook, { userId }: ProcessFacts): boolean => host.userId === 0 || userId === host.userId

/** All but one of several schedulers: the one that is watched over stays, else the newest. */
async function spareSchedulers(look: RepairLook): Promise<ProcessFacts[]> {
  const all = await look.host.processes()
  const pids = new Set(look.facts.processManager.running.flatMap(({ name, pid }) => (name === 'schedule' ? [pid] : [])))
  const alone = all.filter(({ pid, parent }) => pids.has(pid) && !pids.has(parent))
  const kept = await Promise.all(alone.map((one) => isKept(look, one, all)))
  const loose = alone.filter((_, at) => !kept[at]).sort((one, other) => Number(one.startTime) - Number(other.startTime))
  return kept.some((is) => is) ? loose : loose.slice(0, -1)
}

/** Programs that hold a port of the bench: this user's own, watched over by nobody. */
async function holders(look: RepairLook, { subject }: Finding): Promise<ProcessFacts[]> {
  const { host, facts } = look
  const port = facts.ports.find(({ purpose }) => purpose === subject)?.port
  const pids = new Set((await host.listeners()).flatMap((one) => (one.port === port ? [one.pid] : [])))
  const all = await host.processes()
  const found = all.filter(({ pid }) => pids.has(pid))
  const kept = await Promise.all(found.map((one) => isKept(look, one, all)))
  // One that belongs to somebody else, or is watched over, is a matter between people.
  return found.some(({ userId }, at) => userId !== facts.ownerId || kept[at]) ? [] : found
}

async function namedIn(look: RepairLook, { evidence }: Finding): Promise<ProcessFacts[]> {
  const pid = Number(/^process (\d+)\b/.exec(evidence)?.[1])
  const all = await look.host.processes()
  const found = all.filter((one) => one.pid === pid)
  const kept = await Promise.all(found.map((one) => isKept(look, one, all)))
  return found.filter((_, at) => !kept[at])
}

async function toEnd(look: RepairLook, finding: Finding): Promise<ProcessFacts[]> {
  if (finding.id === 'scheduler-doubled') return spareSchedulers(look)
  return finding.id.endsWith('-held-by-foreign-process') ? holders(look, finding) : namedIn(look, finding)
}

/** A process in the way: one that does a site's jobs a second time, works where nothing is any more, or holds a port of the bench. */
export const endProcess: Repair = {
  id: 'end-process',
  findings: [
    'scheduler-doubled',
    'bench-start-beside-production',
    'process-in-deleted-directory',
    'web-port-held-by-foreign-process',
    'socketio-port-held-by-foreign-process',
  ],
  cause: null,
  remedies: [
    {
      ...{ id: 'end', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'End that process, gently; it does not come back by a rollback',
      plan: async (look, finding) => {
        const processes = await toEnd(look, finding)
        if (processes.length === 0 || !processes.every((one) => mayEnd(look, one))) return null
        return { ...ending(processes), ...(processes.length === 1 ? markOf(finding, processes) : {}) }
      },
    },
  ],
}

/** Several findings of one id and subject are told apart by the process they are about. */
const markOf = ({ evidence }: Finding, [process]: readonly ProcessFacts[]): { mark?: string } =>
  process !== undefined && evidence.includes(`process ${process.pid} `) ? { mark: `process ${process.pid} ` } : {}
