import { join } from 'node:path'
import type { OpenHost } from '../execution/open-environment.ts'
import type { Host } from '../host/host.ts'
import { localHost } from '../host/local/index.ts'

export interface ServerOptions {
  sshConfig?: string
}

/**
 * How the servers of a plan are reached from here: over the user's own OpenSSH, where the work is done by the bench's owner.
 * @throws MigratorError as sshHost
 */
export const openHostWith =
  ({ sshConfig }: ServerOptions): OpenHost =>
  async ({ server, benchPath }) => {
    if (server === 'local') return localHost()
    const { sshHost } = await import('../host/ssh/index.ts')
    const login = await sshHost({ server, sshConfig })
    try {
      const owner = await ownerOf(login, benchPath)
      if (owner === null) return login
      await login.close()
      return await sshHost({ server, sshConfig, owner })
    } catch (error) {
      await login.close()
      throw error
    }
  }

/** null when it is who logs in, or there is no such bench: what is wrong then is said by whoever looks at it. */
async function ownerOf(host: Host, benchPath: string): Promise<string | null> {
  const sites = await host.status(join(benchPath, 'sites'))
  if (sites === null || sites.userId === host.userId) return null
  return (await host.run({ argv: ['id', '-nu', String(sites.userId)] })).stdout.trim()
}
