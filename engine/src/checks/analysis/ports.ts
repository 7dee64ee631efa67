import { numberAt } from '../../bench/config-keys.ts'
import { readTextFile } from '../../services/text-file.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { holderOf, type PortHolder } from './port-holder.ts'

const finds = {
  'web-port-held-by-other-bench': "another bench's web server listens on webserver_port",
  'web-port-held-by-docker': 'a container listens on webserver_port',
  'web-port-held-by-foreign-process': 'a foreign program listens on webserver_port',
  'socketio-port-held-by-other-bench': "another bench's server listens on socketio_port",
  'socketio-port-held-by-docker': 'a container listens on socketio_port',
  'socketio-port-held-by-foreign-process': 'a foreign program listens on socketio_port',
  'port-owner-hidden': 'who listens on a port may not be seen by this user',
  'port-shared-with-other-bench': 'two benches of this machine are configured for the same port',
  'ports-equal': 'one port is configured for two purposes of this bench',
  'web-port-mismatch': 'supervisor, systemd or the Procfile start the web server on another port than webserver_port',
}
type Id = keyof typeof finds

/** Whether the bench's own servers can have the ports that they are configured for. Those of Redis are redis-identity's. */
export const ports = benchCheck({
  id: 'ports',
  title: 'The bench’s ports are its own',
  area: 'ports',
  replaces: ['port-of-another'],
  finds,
  run: async (context) => [
    ...(await held(context)),
    ...(await shared(context)),
    ...equal(context),
    ...(await mismatch(context)),
  ],
})

const KINDS: Record<string, 'web' | 'socketio'> = { webserver_port: 'web', socketio_port: 'socketio' }

async function held(context: AnalysisContext): Promise<Found<Id>[]> {
  const found = await Promise.all(
    context.facts.ports.map(async ({ purpose, port, listening }): Promise<Found<Id>[]> => {
      const kind = KINDS[purpose]
      const holder = kind === undefined || !listening ? null : await holderOf(context, port)
      if (kind === undefined || holder === null || holder.kind === 'this-bench') return []
      if (holder.kind === 'hidden') return [hidden(purpose, port, holder)]
      return [
        {
          ...{
            id: `${kind}-port-held-by-${holder.kind}`,
            severity: 'critical',
            subject: purpose,
            evidence: holder.words,
          },
          title: `Port ${port} (${purpose}) is held by ${WORDS[holder.kind]}.`,
          cause: `The bench's own server cannot start: "address already in use".`,
          remedies: [
            holder.kind === 'docker'
              ? `docker ps --filter publish=${port}; stop that container or publish it on another port`
              : `End it if it is not wanted (process ${holder.process?.pid}), then start the bench again`,
            `Or give this bench another port: bench set-config -g ${purpose} <free port> && bench setup nginx && bench setup supervisor`,
          ],
        },
      ]
    }),
  )
  return found.flat()
}

const WORDS = {
  'other-bench': 'another bench',
  docker: 'a Docker container',
  'foreign-process': 'a program that is not of this bench',
}

const hidden = (purpose: string, port: number, { words }: PortHolder): Found<Id> => ({
  ...{ id: 'port-owner-hidden', severity: 'information', subject: purpose, evidence: words },
  title: `Who listens on port ${port} (${purpose}) may not be seen by this user.`,
  remedies: [`sudo ss -ltnp 'sport = :${port}'`],
})

/** bench gives a new bench ports by looking at its neighbours alone; copies and benches of other users collide. */
async function shared(context: AnalysisContext): Promise<Found<Id>[]> {
  const own = context.facts.ports.filter(({ purpose }) => purpose !== 'file_watcher_port')
  return (await context.otherBenches()).flatMap((other) => {
    const theirs = portsOf(other.commonConfig)
    const same = own.filter(({ port }) => theirs.has(port))
    if (same.length === 0) return []
    const list = same.map(({ purpose, port }) => `${port} (${purpose}; there: ${theirs.get(port)})`).join(', ')
    return [
      {
        ...{ id: 'port-shared-with-other-bench' as const, severity: 'warning' as const, subject: other.path },
        title: `The bench ${other.path} is configured for the same ports: ${same.map(({ port }) => port).join(', ')}.`,
        evidence: list,
        cause: 'A copied bench, or one made where the other could not be seen. Only the first to start gets them.',
        remedies: same.map(
          ({ purpose }) =>
            `bench set-config -g ${purpose} <${purpose.startsWith('redis') ? 'redis://127.0.0.1:<free port>' : 'free port'}>`,
        ),
      },
    ]
  })
}

function portsOf(config: Record<string, unknown> | null): Map<number, string> {
  const found = new Map<number, string>()
  for (const key of ['webserver_port', 'socketio_port']) {
    const port = numberAt(config, key)
    if (port !== null) found.set(port, key)
  }
  for (const key of ['redis_cache', 'redis_queue', 'redis_socketio']) {
    const value = config?.[key]
    const port = typeof value === 'string' ? /(?:localhost|127\.0\.0\.1):(\d+)/.exec(value)?.[1] : undefined
    if (port !== undefined) found.set(Number(port), key)
  }
  return found
}

function equal({ facts }: AnalysisContext): Found<Id>[] {
  const groups = Map.groupBy(facts.ports, ({ port }) => port)
  return [...groups].flatMap(([port, same]) => {
    const servers = new Set(same.map(({ purpose }) => (purpose.startsWith('redis') ? 'redis' : purpose)))
    if (servers.size < 2) return []
    const purposes = same.map(({ purpose }) => purpose).join(', ')
    return [
      {
        ...{ id: 'ports-equal' as const, severity: 'critical' as const, subject: purposes },
        title: `Port ${port} is configured for several servers of this bench: ${purposes}.`,
        evidence: `${facts.commonConfig.path}: ${purposes} = ${port}`,
        remedies: [`bench set-config -g ${same[0]?.purpose} <free port>, then bench setup nginx and restart the bench`],
      },
    ]
  })
}

async function mismatch({ facts, host }: AnalysisContext): Promise<Found<Id>[]> {
  const web = facts.ports.find(({ purpose }) => purpose === 'webserver_port')?.port
  const files = await Promise.all(
    facts.processManager.where.map(async (file) => ({ file, read: await readTextFile(host, file) })),
  )
  return files.flatMap(({ file, read }) => {
    if (read.state !== 'read') return []
    const started = /gunicorn[^\n]*?-b\s+\S*?:(\d+)|bench\s+serve[^\n]*?--port[ =](\d+)/.exec(read.text)
    const port = Number(started?.[1] ?? started?.[2] ?? Number.NaN)
    if (Number.isNaN(port) || port === web) return []
    const production = facts.processManager.kind !== 'procfile'
    return [
      {
        ...{
          id: 'web-port-mismatch' as const,
          severity: production ? ('warning' as const) : ('information' as const),
          subject: file,
        },
        title: `${file} starts the web server on port ${port}, webserver_port is ${web}.`,
        evidence: `${file}: port ${port}; ${facts.commonConfig.path}: webserver_port ${web}`,
        cause: 'nginx and the links of the site follow webserver_port; one of the two was changed alone.',
        remedies: [
          production ? `bench setup ${facts.processManager.kind}, then restart the bench` : 'bench setup procfile',
        ],
      },
    ]
  })
}
