import { findBench } from '../bench/find-bench.ts'
import type { EnvironmentAnalysis } from '../diagnosis/diagnostic-engine.ts'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { localHost } from '../host/local/index.ts'
import { type CommonOptions, surveyOptions } from './options.ts'

/** A look that takes longer is given up: the answer from the text alone is worth more than a late one. */
const PATIENCE_MILLISECONDS = 12_000

/**
 * Looks at the bench that is named or stood in, for the findings that would confirm a cause. Changes nothing.
 * @throws MigratorError `not-a-bench` when one is named with --bench that is none; `site-not-found`
 */
export async function lookAtBench(
  options: CommonOptions & { probe?: boolean },
  wanted: ReadonlySet<string>,
): Promise<EnvironmentAnalysis> {
  const site: Record<string, string> = options.site === undefined ? {} : { site: options.site }
  const host = localHost()
  const bench = await benchAtHand(host, options)
  if (bench === null) return { findings: null, values: site, notes: [] }
  const values = { ...site, bench }
  if (options.probe === false || wanted.size === 0) return { findings: null, values, notes: [] }
  try {
    const looked = await withinPatience(look(host, bench, options, wanted))
    return { ...looked, values: { ...values, ...looked.values } }
  } catch (error) {
    if (error instanceof MigratorError && error.kind === 'usage') throw error
    const reason = error instanceof Error ? error.message : String(error)
    return { findings: null, values, notes: [`The bench ${bench} was not looked at: ${reason}`] }
  }
}

async function benchAtHand(host: Host, options: CommonOptions): Promise<string | null> {
  try {
    return await host.realPath(await findBench(host, options.bench ?? process.cwd()))
  } catch (error) {
    if (options.bench === undefined && error instanceof MigratorError) return null
    throw error
  }
}

async function look(
  host: Host,
  bench: string,
  options: CommonOptions,
  wanted: ReadonlySet<string>,
): Promise<EnvironmentAnalysis> {
  const owner = (await host.status(`${bench}/sites`))?.userId
  if (owner !== host.userId) {
    const { findingsOfOwner } = await import('./findings-of-owner.ts')
    return { findings: await findingsOfOwner(host, bench, options), values: {}, notes: [] }
  }
  const { analyzeEnvironment } = await import('../diagnosis/analyze-environment.ts')
  return analyzeEnvironment(host, bench, wanted, options.site ?? null, surveyOptions(options))
}

async function withinPatience<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), PATIENCE_MILLISECONDS)
  })
  try {
    return await Promise.race([work, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
