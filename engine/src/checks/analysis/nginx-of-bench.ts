import type { NginxFacts, NginxServer } from '../../services/nginx/nginx-facts.ts'
import { mentionsPath } from '../../services/text-file.ts'

/** The server blocks that serve this bench: their root lies in its sites/, or they stand in its config/. */
export function serversOfBench(nginx: NginxFacts | null, benchPaths: string[]): NginxServer[] {
  if (nginx === null) return []
  const real = new Map(nginx.files.map((file) => [file.path, file.realPath]))
  return nginx.servers.filter((server) => {
    const roots = [server.root, server.realRoot].filter((root) => root !== null)
    if (roots.length > 0) return roots.some((root) => benchPaths.some((path) => mentionsPath(root, path)))
    const file = real.get(server.file) ?? server.file
    return benchPaths.some((path) => file.startsWith(`${path}/`))
  })
}
