import { belongsToBench, commandLabel } from '../../bench/bench-processes.ts'
import type { ProcessFacts } from '../../host/host.ts'
import { mentionsPath } from '../../services/text-file.ts'
import type { AnalysisContext } from './analysis-check.ts'

/** Who listens on a port of this machine. */
export interface PortHolder {
  kind: 'this-bench' | 'other-bench' | 'docker' | 'foreign-process' | 'hidden'
  process: ProcessFacts | null
  /** For people: process, directory, command line. */
  words: string
}

const DOCKER = /(?:^|\/)(?:docker-proxy|rootlessport|rootlesskit|slirp4netns|conmon)$/

/** Docker's forwarder for a port; its command line may be seen even where what it listens on may not. */
export const dockerForwarder = (processes: ProcessFacts[], port: number): ProcessFacts | undefined =>
  processes.find(
    ({ argv }) =>
      DOCKER.test(argv[0] ?? '') && argv.some((part, at) => part === '-host-port' && argv[at + 1] === `${port}`),
  )

/** The path of the bench a process works in, other than ours. */
export async function otherBenchOf(context: AnalysisContext, process: ProcessFacts): Promise<string | null> {
  for (const { path } of await context.otherBenches()) {
    const inside = process.directory === path || process.directory?.startsWith(`${path}/`)
    if (inside || process.argv.some((part) => mentionsPath(part, path))) return path
  }
  return null
}

/** null: nobody listens. Of several listeners the one that is not this bench's counts. */
export async function holderOf(context: AnalysisContext, port: number): Promise<PortHolder | null> {
  const [listeners, processes] = await Promise.all([context.listeners(), context.processes()])
  const listening = listeners.filter((listener) => listener.port === port)
  const docker = dockerForwarder(processes, port)
  if (docker !== undefined) return { kind: 'docker', process: docker, words: wordsOf(docker) }
  if (listening.length === 0) return null
  const holders = await Promise.all(
    [...new Set(listening.map(({ pid }) => pid))].map(async (pid): Promise<PortHolder> => {
      const process = processes.find((candidate) => candidate.pid === pid)
      if (process === undefined)
        return { kind: 'hidden', process: null, words: `port ${port}: the owner may not be seen` }
      return { kind: await kindOf(context, process), process, words: wordsOf(process) }
    }),
  )
  return holders.find(({ kind }) => kind !== 'this-bench') ?? holders[0] ?? null
}

async function kindOf(context: AnalysisContext, process: ProcessFacts): Promise<PortHolder['kind']> {
  const running = context.facts.processManager.running.some(({ pid }) => pid === process.pid)
  if (running || belongsToBench(process, context.benchPaths)) return 'this-bench'
  if (DOCKER.test(process.argv[0] ?? '')) return 'docker'
  if ((await otherBenchOf(context, process)) !== null) return 'other-bench'
  // Whose it is can only be told when its working directory may be seen.
  return process.directory === null ? 'hidden' : 'foreign-process'
}

const wordsOf = (process: ProcessFacts): string =>
  `process ${process.pid}${process.directory === null ? '' : ` in ${process.directory}`}: ${commandLabel(process.argv)}`

export const isRedisProcess = ({ argv }: ProcessFacts): boolean =>
  /(?:^|\/)(?:redis|valkey|keydb)-server/.test(argv[0] ?? '')
