import type { Host, ProcessFacts } from '../../host/host.ts'
import { mentionsPath } from '../text-file.ts'
import { collectHttp } from './blocks.ts'
import { readTree } from './include-tree.ts'
import { configDirectory, findInstallations, type NginxInstallation } from './main-config.ts'
import type { NginxFacts, NginxFile, NginxServer } from './nginx-facts.ts'

/**
 * Reads what nginx is told to serve: the main file and everything it includes. Of several nginx the first whose files name one of
 * `benchPaths` counts, else the likeliest. null: there is no nginx configuration. A file that cannot be read or parsed is part of
 * the answer, with its problem; nothing throws for it.
 */
export async function readNginx(
  host: Host,
  options: { mainConfig?: string; processes: ProcessFacts[]; benchPaths?: string[] },
): Promise<NginxFacts | null> {
  const benchPaths = options.benchPaths ?? []
  let likeliest: NginxFacts | null = null
  for (const installation of await findInstallations(host, options)) {
    const facts = await readInstallation(host, installation)
    if (facts.files.some((file) => namesBench(file, benchPaths))) return facts
    likeliest ??= facts
  }
  return likeliest
}

const namesBench = ({ text, realPath }: NginxFile, benchPaths: string[]): boolean =>
  benchPaths.some((path) => realPath.startsWith(`${path}/`) || mentionsPath(text, path))

async function readInstallation(host: Host, installation: NginxInstallation): Promise<NginxFacts> {
  const { mainConfig } = installation
  const { nodes, files } = await readTree(host, mainConfig, configDirectory(mainConfig))
  const blocks = collectHttp(nodes)
  return { ...installation, files, ...blocks, servers: await withRealRoots(host, blocks.servers) }
}

async function withRealRoots(host: Host, servers: NginxServer[]): Promise<NginxServer[]> {
  const known = new Map<string, string | null>()
  for (const { root } of servers) {
    if (root === null || known.has(root)) continue
    known.set(root, root.startsWith('/') && !root.includes('$') ? await realPathOrNull(host, root) : null)
  }
  return servers.map((server) => ({
    ...server,
    realRoot: server.root === null ? null : (known.get(server.root) ?? null),
  }))
}

async function realPathOrNull(host: Host, path: string): Promise<string | null> {
  try {
    return await host.realPath(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
