/** One request of a visitor: the host name of our choice, to the nginx of the bench or straight to its web server. */
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { benchPath, configOf, httpPort, httpsPort } from './real-bench.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface Visit {
  to?: 'nginx' | 'nginx-tls' | 'web-server'
  port?: number
  method?: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
  /** Certificate of the authority to trust. */
  authority?: Buffer
}

export const webServerPort = (site: string): number => Number(configOf(site)['webserver_port'] ?? 8000)

const ports = { nginx: httpPort, 'nginx-tls': httpsPort, 'web-server': 0 }

export function visit(host: string, path: string, { to = 'nginx', ...options }: Visit = {}): Promise<Answer> {
  const content = options.body === undefined ? '' : JSON.stringify(options.body)
  const settings = {
    host: '127.0.0.1',
    port: options.port ?? ports[to],
    path,
    method: options.method ?? (content ? 'POST' : 'GET'),
    headers: { host, ...(content ? { 'content-type': 'application/json' } : {}), ...options.headers },
    timeout: 60_000,
    ...(to === 'nginx-tls' ? { servername: host, ca: options.authority } : {}),
  }
  return new Promise((resolve, reject) => {
    const sent = (to === 'nginx-tls' ? secure : plain)(settings, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts).toString() }),
      )
    })
    sent.once('timeout', () => sent.destroy(new Error(`${host}${path} of ${benchPath} did not answer`)))
    sent.once('error', reject)
    sent.end(content)
  })
}

export const signIn = (host: string, password = 'admin', options: Visit = {}): Promise<Answer> =>
  visit(host, '/api/method/login', { ...options, body: { usr: 'Administrator', pwd: password } })

/** The cookie header of a session that {@link signIn} answered. */
export function cookieOf(answer: Answer): string {
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  return cookies.find((cookie) => cookie.startsWith('sid='))?.split(';')[0] ?? ''
}
