import type { HttpRequest, HttpResponse } from '../host.ts'
import { systemCode } from '../local/files.ts'
import { request } from '../local/request.ts'
import type { SshConnection } from './connection.ts'

/**
 * See Host.request: through a forwarded socket. Nothing listening there shows as a socket that is closed at once, which is told
 * as what it would be on that machine.
 */
export async function requestRemotely(connection: SshConnection, wanted: HttpRequest): Promise<HttpResponse> {
  const reached = await connection.reach({ host: wanted.address, port: wanted.port })
  try {
    return await request(wanted, 'socket' in reached ? reached.socket : undefined)
  } catch (cause) {
    if (!['EPIPE', 'ECONNRESET'].includes(systemCode(cause) ?? '') || !(await connection.isAlive())) throw cause
    const message = `connect ECONNREFUSED ${wanted.address}:${wanted.port} (closed before an answer)`
    throw Object.assign(new Error(message, { cause }), { code: 'ECONNREFUSED' })
  }
}
