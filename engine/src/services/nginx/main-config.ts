import { dirname, resolve } from 'node:path'
import type { Host, ProcessFacts } from '../../host/host.ts'

/** Which nginx this is: its program, its running master and the file it starts from. */
export interface NginxInstallation {
  mainConfig: string
  program: string | null
  version: string | null
  prefix: string | null
  master: { pid: number; startTime: string; userId: number } | null
  unit: string | null
}

interface Master {
  process: ProcessFacts
  program: string
  config: string | null
  prefix: string | null
}

const PROGRAMS = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/usr/local/nginx/sbin/nginx']
const DEFAULT_CONFIG = '/etc/nginx/nginx.conf'

/**
 * The main configurations there are, likeliest first: the one asked for alone, else the running masters' (the program's own before
 * others), and the program's own where it does not run. Several nginx may run on one machine.
 */
export async function findInstallations(
  host: Host,
  options: { mainConfig?: string; processes: ProcessFacts[] },
): Promise<NginxInstallation[]> {
  const masters: Master[] = []
  for (const process of options.processes) {
    const master = readMaster(process)
    if (master && (await sharesOurFiles(host, process.pid))) masters.push(master)
  }
  const own = await readProgram(host, await findProgram(host, masters))
  const wanted = options.mainConfig
  const running = await Promise.all(masters.map((master) => runningInstallation(host, master, own)))
  const [first, second] = [running.filter(isOf(own.config)), running.filter((one) => !isOf(own.config)(one))]
  const stopped = { mainConfig: wanted ?? own.config, ...own.program, prefix: null, master: null, unit: null }
  const candidates = [...first, ...second, ...(running.some(isOf(stopped.mainConfig)) ? [] : [stopped])]
  const places = await Promise.all(
    candidates
      .filter((one) => wanted === undefined || isOf(wanted)(one))
      .map(async (one) => ({ one, place: await lookAt(host, one.mainConfig) })),
  )
  // Somebody else's nginx, whose files are not ours to see, must not hide the one that can be read.
  const seen = (wish: Place) => places.filter(({ place }) => place === wish).map(({ one }) => one)
  return [...seen('there'), ...seen('hidden')]
}

type Place = 'there' | 'missing' | 'hidden'

async function lookAt(host: Host, path: string): Promise<Place> {
  try {
    return (await host.status(path)) === null ? 'missing' : 'there'
  } catch (error) {
    if (error instanceof Error && 'code' in error) return 'hidden'
    throw error
  }
}

const isOf = (config: string) => (installation: NginxInstallation) => installation.mainConfig === config

interface Program {
  program: { program: string | null; version: string | null }
  config: string
}

async function readProgram(host: Host, program: string | null): Promise<Program> {
  const built = program === null ? null : await buildSettings(host, program)
  return { program: { program, version: built?.version ?? null }, config: built?.config ?? DEFAULT_CONFIG }
}

async function runningInstallation(host: Host, master: Master, own: Program): Promise<NginxInstallation> {
  const isOwn = !master.program.startsWith('/') || master.program === own.program.program
  const { program, config } =
    isOwn || (await lookAt(host, master.program)) !== 'there' ? own : await readProgram(host, master.program)
  const { pid, startTime, userId } = master.process
  return {
    mainConfig: master.config ?? config,
    ...program,
    prefix: master.prefix,
    master: { pid, startTime, userId },
    unit: await unitOf(host, pid),
  }
}

/** nginx writes its own title over its arguments: `nginx: master process /usr/sbin/nginx -c /etc/x.conf`. */
function readMaster(process: ProcessFacts): Master | null {
  const title = /^nginx: master process (.+)$/.exec(process.argv.join(' ').trim())?.[1]
  if (title === undefined) return null
  const [program = 'nginx', ...parameters] = title.split(/\s+/)
  const argumentOf = (flag: string) => {
    const at = parameters.findIndex((parameter) => parameter.startsWith(flag))
    const joined = parameters[at]?.slice(flag.length)
    return joined === '' ? (parameters[at + 1] ?? null) : (joined ?? null)
  }
  const base = process.directory ?? '/'
  const prefix = argumentOf('-p')
  const absolutePrefix = prefix === null ? null : resolve(base, prefix)
  const config = argumentOf('-c')
  const absoluteConfig = config === null ? null : resolve(absolutePrefix ?? base, config)
  return { process, program, config: absoluteConfig, prefix: absolutePrefix }
}

/** A master inside a container is visible here, but its /etc/nginx is not ours. */
async function sharesOurFiles(host: Host, pid: number): Promise<boolean> {
  const container = /(docker|containerd|libpod|kubepods|lxc)[^\n]*/.exec(await controlGroup(host, String(pid)))?.[0]
  return container === undefined || (await controlGroup(host, 'self')).includes(container)
}

/** A unit of nginx's own: a master started from a session, a supervisor or a build service belongs to none. */
async function unitOf(host: Host, pid: number): Promise<string | null> {
  return /\/((?:nginx|openresty|angie)[^/\n]*\.service)$/m.exec(await controlGroup(host, String(pid)))?.[1] ?? null
}

async function controlGroup(host: Host, pid: string): Promise<string> {
  try {
    return (await host.readFile(`/proc/${pid}/cgroup`)).toString()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return ''
    throw error
  }
}

async function findProgram(host: Host, masters: Master[]): Promise<string | null> {
  const candidates = [...masters.map((master) => master.program).filter((path) => path.startsWith('/')), ...PROGRAMS]
  for (const path of candidates) if ((await lookAt(host, path)) === 'there') return path
  return null
}

async function buildSettings(host: Host, program: string): Promise<{ version: string | null; config: string | null }> {
  const told = await host.run({ argv: [program, '-V'], timeoutMilliseconds: 10_000 })
  const config = /--conf-path=(\S+)/.exec(told.stderr)?.[1]
  const prefix = /--prefix=(\S+)/.exec(told.stderr)?.[1]
  return {
    version: /version: \S+?\/([\d.]+)/.exec(told.stderr)?.[1] ?? null,
    config:
      config === undefined
        ? prefix === undefined
          ? null
          : `${prefix}/conf/nginx.conf`
        : resolve(prefix ?? '/', config),
  }
}

/** Relative includes, certificates and keys are looked up beside the main file; everything else under the prefix. */
export const configDirectory = (mainConfig: string): string => dirname(mainConfig)
