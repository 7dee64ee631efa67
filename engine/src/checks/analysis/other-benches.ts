import { dirname } from 'node:path'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import { looksLikeBench } from '../../bench/find-bench.ts'
import type { Host, ProcessFacts } from '../../host/host.ts'
import { isObject, parseJsonObject } from '../../host/parse-json.ts'
import { listOrNothing, readTextFile } from '../../services/text-file.ts'

/** Another bench of this machine, as far as this user may look. */
export interface OtherBench {
  path: string
  commonConfig: Record<string, unknown> | null
  sites: string[]
}

/** Directories looked at beside the bench. */
const MOST = 200

/**
 * Benches beside this one, and those whose processes run: bench chooses ports by the first alone
 * (bench/config/common_site_config.py), and never sees the second.
 */
export async function findOtherBenches(
  host: Host,
  facts: BenchFacts,
  benchPaths: string[],
  processes: ProcessFacts[],
): Promise<OtherBench[]> {
  const parent = dirname(benchPaths.at(-1) ?? facts.path)
  const beside =
    parent === '/' ? [] : (await listOrNothing(host, parent)).slice(0, MOST).map((name) => `${parent}/${name}`)
  const working = processes.flatMap(({ directory }) =>
    directory !== null && /\/sites$/.test(directory) ? [dirname(directory)] : [],
  )
  const places = [...new Set([...beside, ...working])].filter((path) => !benchPaths.includes(path))
  const found = await Promise.all(
    places.map(async (path): Promise<OtherBench | null> => {
      const isBench = await looksLikeBench(host, path).catch(() => false)
      if (!isBench || benchPaths.includes(await host.realPath(path))) return null
      const read = await readTextFile(host, `${path}/sites/common_site_config.json`)
      const value = read.state === 'read' ? parseJsonObject(read.text).value : null
      return { path, commonConfig: isObject(value) ? value : null, sites: await sitesOf(host, path) }
    }),
  )
  return found.filter((one) => one !== null)
}

async function sitesOf(host: Host, bench: string): Promise<string[]> {
  const names = (await listOrNothing(host, `${bench}/sites`)).slice(0, MOST)
  const sites = await Promise.all(
    names.map(async (name) =>
      (await host.status(`${bench}/sites/${name}/site_config.json`).catch(() => null)) === null ? null : name,
    ),
  )
  return sites.filter((name) => name !== null)
}
