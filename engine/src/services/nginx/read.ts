import type { Host, ProcessFacts } from '../../host/host.ts'
import { collectHttp } from './blocks.ts'
import { readTree } from './include-tree.ts'
import { configDirectory, findInstallation } from './main-config.ts'
import type { NginxFacts, NginxServer } from './nginx-facts.ts'

/**
 * Reads what nginx is told to serve: the main file (asked for, else the running master's, else the program's own)
 * and everything it includes. null: there is no nginx configuration. A file that cannot be read or parsed is part of
 * the answer, with its problem; nothing throws for it.
 */
export async function readNginx(
  host: Host,
  options: { mainConfig?: string; processes: ProcessFacts[] },
): Promise<NginxFacts | null> {
  const installation = await findInstallation(host, options)
  if (!installation) return null
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
