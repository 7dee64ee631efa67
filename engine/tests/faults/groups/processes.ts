/** Processes in the way: what does the same twice, holds a port, or works where nothing is any more. */
import { mkdir, open, rm, truncate } from 'node:fs/promises'
import { accepts, type Child, startChild } from '../../servers/child.ts'
import { startScheduler } from '../../servers/web.ts'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const PROCFILE = 'Procfile'
const LOG = `sites/${SITE}/logs/import.log`
/** As supervisor and Python's handlers call what they have turned over. */
const CLOSED = `${LOG}.1`
const LARGE = 1_100_000_000
const others: Child[] = []
const gone = async (): Promise<void> => {
  for (const other of others.splice(0)) await other.stop()
}

/** A program that has nothing to do with the bench takes a port. */
async function taken(stage: Stage, port: number): Promise<void> {
  const argv: [string, ...string[]] = ['python3', '-m', 'http.server', '--bind', '127.0.0.1', String(port)]
  const logPath = stage.path('logs/stranger.log')
  others.push(await startChild({ argv, directory: '/tmp', logPath, ready: () => accepts(port) }))
}

/** What supervisor's log holds when gunicorn cannot have its port. */
const gunicorn = ({ type, path, bench }: Stage) =>
  type(
    ...(['timeout', '8', path('env/bin/gunicorn'), '-b', `127.0.0.1:${bench.webserverPort}`] as const),
    ...['--chdir', path('sites'), 'frappe.app:application'],
  )

export const processes: Fault[] = [
  {
    name: 'a second scheduler',
    put: async (stage) => {
      others.push(await startScheduler(stage.bench))
    },
    output: async () => '',
    ...{ finding: 'scheduler-doubled', cause: [], repair: 'medium' },
    end: gone,
  },
  {
    name: 'a foreign program on the port of the web server',
    put: async (stage) => {
      await stage.stop('web')
      await taken(stage, stage.bench.webserverPort)
    },
    output: gunicorn,
    ...{
      finding: 'web-port-held-by-foreign-process',
      cause: ['port_conflict_application_server', 'port_conflict'],
      repair: 'medium',
    },
    end: gone,
  },
  {
    name: 'a foreign program on the port of socket.io',
    put: (stage) => taken(stage, stage.bench.socketioPort),
    output: async () => '',
    ...{ finding: 'socketio-port-held-by-foreign-process', cause: [], repair: 'medium' },
    end: gone,
  },
  {
    name: 'a worker in a directory that is gone',
    put: async (stage) => {
      const directory = stage.path('sites-before')
      await mkdir(directory)
      const argv: [string, ...string[]] = [
        'python3',
        '-c',
        'import time; time.sleep(300)',
        'bench_helper frappe worker',
      ]
      others.push(
        await startChild({ argv, directory, logPath: stage.path('logs/before.log'), ready: async () => true }),
      )
      await rm(directory, { recursive: true })
    },
    output: async () => '',
    ...{ finding: 'process-in-deleted-directory', cause: [], repair: 'medium' },
    end: gone,
  },
  {
    name: 'the Procfile starts the web server on another port',
    put: async (stage) => {
      await stage.type('sed', '-i', `s/--port ${stage.bench.webserverPort}/--port 8996/`, stage.path(PROCFILE))
    },
    output: async () => '',
    ...{ finding: 'web-port-mismatch', cause: [], repair: 'medium', touches: [PROCFILE] },
  },
  {
    name: 'a large log that nobody writes any more',
    put: async (stage) => {
      await (await open(stage.path(CLOSED), 'w')).close()
      await truncate(stage.path(CLOSED), LARGE)
    },
    output: async () => '',
    ...{ finding: 'log-large', cause: [], repair: 'medium', touches: [CLOSED] },
  },
  {
    name: 'a large log that a process writes',
    put: async (stage) => {
      await (await open(stage.path(LOG), 'w')).close()
      await truncate(stage.path(LOG), LARGE)
      const argv: [string, ...string[]] = ['bash', '-c', `exec 3>>${stage.path(LOG)}; sleep 300`]
      others.push(
        await startChild({ argv, directory: '/tmp', logPath: stage.path('logs/writer.log'), ready: async () => true }),
      )
    },
    output: async () => '',
    ...{ finding: 'log-large', cause: [], repair: 'guided' },
    end: gone,
  },
]
