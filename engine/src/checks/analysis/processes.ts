import type { ProcessManagerFacts } from '../../bench/bench-facts.ts'
import type { ProcessFacts } from '../../host/host.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { redisAddresses } from './redis-addresses.ts'

type Running = ProcessManagerFacts['running'][number]

const WEB = ['gunicorn', 'serve']
const WORKERS = ['worker', 'worker-pool']

const finds = {
  'bench-not-running': 'neither a web server nor workers of this bench run',
  'web-server-not-running': 'workers run, but nothing serves the bench',
  'workers-missing': 'no worker takes background jobs: mails, imports and scheduled jobs wait',
  'scheduler-not-running': 'no scheduler process runs: no scheduled job is started',
  'scheduler-doubled': 'two scheduler processes of this bench run',
  'socketio-not-running': 'nothing listens on the socket.io port: no realtime updates',
  'bench-start-beside-production': '`bench start` runs beside the processes of supervisor or systemd',
  'process-in-deleted-directory': 'a process still works in a directory that was removed or moved',
  'process-program-gone': 'a process runs a program whose file is gone (an upgrade without restart)',
  'process-of-other-user': "a process of this bench runs as another user than the bench's owner",
  'processes-hidden': 'the processes of others may not be seen by this user',
}
type Id = keyof typeof finds

/** Whether the bench's processes run, each as often as it should, and from where they should. */
export const benchProcesses = benchCheck({
  id: 'processes',
  title: 'The bench’s processes run',
  area: 'processes',
  finds,
  run: async (context) => {
    const processes = await context.processes()
    const hidden = context.host.userId !== 0 && processes.length > 0 && !processes.some(({ pid }) => pid === 1)
    return [
      ...(hidden ? [hiddenFinding(context)] : await missing(context)),
      ...doubled(context, processes),
      ...odd(context, processes),
    ]
  },
})

const hiddenFinding = ({ host }: AnalysisContext): Found<Id> => ({
  ...{ id: 'processes-hidden', severity: 'information', subject: 'processes' },
  title: `The processes of other users may not be seen by ${host.userName}, so what runs was not judged.`,
  evidence: 'process 1 cannot be seen: /proc is mounted with hidepid',
  remedies: ['Run it with sudo; it goes on as the owner of the bench.'],
})

/** How the bench is started, to be typed. */
export function startCommand({ facts }: Pick<AnalysisContext, 'facts'>): string {
  const { kind } = facts.processManager
  const name = facts.path.split('/').at(-1)
  if (kind === 'supervisor') return 'sudo supervisorctl start all; sudo supervisorctl status'
  if (kind === 'systemd') return `sudo systemctl start ${name}.target`
  return `cd ${facts.path} && bench start`
}

async function missing(context: AnalysisContext): Promise<Found<Id>[]> {
  const { facts } = context
  const runs = (roles: string[]) => facts.processManager.running.some(({ name }) => roles.includes(name))
  const webPort = facts.ports.find(({ purpose }) => purpose === 'webserver_port')
  const [web, workers] = [
    runs(WEB) || webPort?.owner?.belongsToBench === true,
    runs(WORKERS) || (await workersElsewhere(context)),
  ]
  const finding = (id: Id, title: string, evidence: string, cause?: string): Found<Id> => ({
    ...{ id, severity: 'warning', title, evidence, subject: facts.path, remedies: [startCommand(context)] },
    ...(cause === undefined ? {} : { cause }),
  })
  if (!web && !workers) {
    return [
      finding(
        'bench-not-running',
        `The bench ${facts.path} is not running.`,
        `no web server, no worker among the processes; managed by ${facts.processManager.kind}`,
      ),
    ]
  }
  const found: Found<Id>[] = []
  if (!web)
    found.push(
      finding(
        'web-server-not-running',
        'No web server of this bench runs.',
        `no gunicorn and no bench serve; port ${webPort?.port ?? '?'}`,
        'It ended or could not start: see logs/web.error.log.',
      ),
    )
  if (!workers)
    found.push(
      finding(
        'workers-missing',
        'No worker of this bench runs: background jobs wait.',
        'no process `bench worker`, none registered in Redis',
        'They ended or were never started: see logs/worker.error.log.',
      ),
    )
  else if (!runs(['schedule']) && runs(WORKERS))
    found.push(
      finding(
        'scheduler-not-running',
        'No scheduler of this bench runs: no scheduled job is started.',
        'no process `bench schedule`',
      ),
    )
  const socketio = facts.ports.find(({ purpose }) => purpose === 'socketio_port')
  if (web && socketio !== undefined && !socketio.listening) {
    found.push(
      finding(
        'socketio-not-running',
        'No socket.io server of this bench runs: pages do not update by themselves.',
        `nobody listens on port ${socketio.port}`,
        'node ended or could not start: see logs/node-socketio.error.log.',
      ),
    )
  }
  return found
}

/** Workers of another machine or container register in the queue's Redis. */
async function workersElsewhere(context: AnalysisContext): Promise<boolean> {
  const queue = redisAddresses(context).find(({ purposes }) => purposes.includes('queue'))
  if (queue === undefined) return false
  const { queues } = await context.redis(queue.url)
  return queues.some(({ name, workers }) => name.startsWith(`${context.facts.benchId}:`) && workers > 0)
}

function doubled({ facts }: AnalysisContext, processes: ProcessFacts[]): Found<Id>[] {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const alone = (list: Running[]) => list.filter(({ pid }) => !list.some((other) => other.pid === parents.get(pid)))
  const schedulers = alone(facts.processManager.running.filter(({ name }) => name === 'schedule'))
  const found: Found<Id>[] = []
  if (schedulers.length > 1) {
    found.push({
      ...{ id: 'scheduler-doubled', severity: 'warning', subject: facts.path },
      title: `${schedulers.length} schedulers of this bench run.`,
      evidence: schedulers.map(({ pid, command }) => `process ${pid}: ${command}`).join('; '),
      cause: 'The bench was started twice, or an old process survived a restart.',
      remedies: [`Stop the older one: kill ${schedulers[0]?.pid}`, startCommand({ facts })],
    })
  }
  const start = facts.processManager.running.find(({ name }) => name === 'start')
  const { kind } = facts.processManager
  if (start !== undefined && (kind === 'supervisor' || kind === 'systemd')) {
    found.push({
      ...{ id: 'bench-start-beside-production', severity: 'warning', subject: facts.path },
      title: `\`bench start\` runs although ${kind} runs this bench.`,
      evidence: `process ${start.pid}: ${start.command}`,
      cause: 'Both start the same servers: ports collide, workers and schedulers are doubled.',
      remedies: [`kill ${start.pid}, then: ${startCommand({ facts })}`],
    })
  }
  return found
}

function odd({ facts }: AnalysisContext, processes: ProcessFacts[]): Found<Id>[] {
  return facts.processManager.running.flatMap(({ pid, name, command, directory }): Found<Id>[] => {
    const process = processes.find((one) => one.pid === pid)
    const finding = (id: Id, title: string, evidence: string, remedy: string): Found<Id> => ({
      ...{ id, severity: 'warning', title, evidence: `process ${pid} (${command}): ${evidence}`, subject: name },
      remedies: [remedy, startCommand({ facts })],
    })
    const found: Found<Id>[] = []
    if (directory?.endsWith(' (deleted)')) {
      found.push(
        finding(
          'process-in-deleted-directory',
          `A ${name} of this bench works in a directory that is gone.`,
          directory,
          `Restart it: kill ${pid}`,
        ),
      )
    }
    if (process?.lostProgram) {
      found.push(
        finding(
          'process-program-gone',
          `A ${name} of this bench runs a program whose file is gone.`,
          process.lostProgram,
          `Restart it: kill ${pid}`,
        ),
      )
    }
    if (process !== undefined && process.userId !== facts.ownerId && facts.ownerId >= 0) {
      found.push(
        finding(
          'process-of-other-user',
          `A ${name} of this bench does not run as ${facts.ownerName}.`,
          `user id ${process.userId}; files it makes belong to that user`,
          `End it and start it as ${facts.ownerName}: sudo kill ${pid}`,
        ),
      )
    }
    return found
  })
}
