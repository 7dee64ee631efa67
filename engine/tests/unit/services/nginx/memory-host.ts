import type { Host } from '../../../../src/host/host.ts'
import { localHost } from '../../../../src/host/local/index.ts'
import type { NginxFacts } from '../../../../src/services/nginx/nginx-facts.ts'
import { readNginx } from '../../../../src/services/nginx/read.ts'

const missing = (path: string) => Object.assign(new Error(`ENOENT: no such file, '${path}'`), { code: 'ENOENT' })

export interface MemoryFiles {
  [path: string]: string | Buffer | { link: string }
}

/** A host whose files are these, and where no nginx program answers. */
export function memoryHost(files: MemoryFiles): Host {
  const follow = (path: string): string => {
    const found = files[path]
    return typeof found === 'object' && 'link' in found ? follow(found.link) : path
  }
  const isDirectory = (path: string) => Object.keys(files).some((file) => file.startsWith(`${path}/`))
  return {
    ...localHost(),
    status: async (path) =>
      path in files || isDirectory(path)
        ? { kind: 'file', bytes: 0, mode: 0o644, userId: 0, groupId: 0, device: 0, inode: 0 }
        : null,
    readFile: async (path) => {
      const found = files[follow(path)]
      if (found === undefined || (typeof found === 'object' && 'link' in found)) throw missing(path)
      return Buffer.from(found)
    },
    realPath: async (path) => {
      if (!(follow(path) in files) && !isDirectory(path)) throw missing(path)
      return follow(path)
    },
    list: async (path) => {
      if (!isDirectory(path)) throw missing(path)
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`))
      return [...new Set(inside.map((file) => file.slice(path.length + 1).split('/')[0] ?? ''))].sort()
    },
    run: async () => ({ exitCode: 127, signal: null, stdout: '', stderr: '', timedOut: false }),
  }
}

export const MAIN = `user www-data;
events { worker_connections 64; }
http {
	include /etc/nginx/mime.types;
	include /etc/nginx/conf.d/*.conf;
	include sites-enabled/*;
}
`

/** The facts of a machine with Debian's main file and these further ones. */
export async function factsOf(files: MemoryFiles): Promise<NginxFacts> {
  const all = { '/etc/nginx/nginx.conf': MAIN, '/etc/nginx/mime.types': 'types { text/html html htm; }\n', ...files }
  const facts = await readNginx(memoryHost(all), { processes: [] })
  if (!facts) throw new Error('no nginx configuration was found')
  return facts
}
