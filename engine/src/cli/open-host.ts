import type { OpenHost } from '../execution/open-environment.ts'
import { usageError } from '../host/errors.ts'
import { localHost } from '../host/local/index.ts'

export interface ServerOptions {
  sshConfig?: string
}

/** How the servers of a plan are reached from here: over the user's own OpenSSH. */
export const openHostWith =
  (_options: ServerOptions): OpenHost =>
  async ({ server }) => {
    if (server === 'local') return localHost()
    throw usageError('server-unsupported', `The server ${server} cannot be reached yet.`, 'Run this on that server.')
  }
