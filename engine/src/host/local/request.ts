import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { HttpRequest, HttpResponse } from '../host.ts'

const BODY_LIMIT = 2 * 1024 * 1024

/**
 * See Host.request. Throws the system's error when nothing answers.
 * @param socketPath where the server is reached from here, when not at its address
 */
export function request(wanted: HttpRequest, socketPath?: string): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const options = {
      ...(socketPath === undefined ? { host: wanted.address, port: wanted.port } : { socketPath }),
      method: wanted.method ?? 'GET',
      path: wanted.path,
      headers: { host: wanted.hostName, 'user-agent': 'frappe-migrator', accept: '*/*' },
      timeout: wanted.timeoutMilliseconds ?? 10_000,
      agent: false as const,
      ...(wanted.tls ? { servername: wanted.hostName, rejectUnauthorized: false } : {}),
    }
    const sent = (wanted.tls ? httpsRequest : httpRequest)(options, (response) => {
      const parts: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= BODY_LIMIT) parts.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        const socket = response.socket as TLSSocket
        const problem = wanted.tls && !socket.authorized ? String(socket.authorizationError) : null
        const headers: Record<string, string> = {}
        for (const [name, value] of Object.entries(response.headers)) {
          if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
        }
        resolve({
          status: response.statusCode ?? 0,
          headers,
          body: Buffer.concat(parts).toString(),
          certificateProblem: problem,
        })
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${wanted.address}:${wanted.port} in time`)))
    sent.on('error', reject)
    sent.end()
  })
}
