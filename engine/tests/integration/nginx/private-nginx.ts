/** A private nginx for these tests: its own prefix, free ports of 127.0.0.1, a web server behind it that echoes, stopped by pid. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createProbe } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface PrivateNginx {
  directory: string
  mainConfig: string
  sitesPath: string
  ports: { http: number; https: number; web: number }
  pid(): number
  stop(): Promise<void>
}

/** Free now; asked for together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createProbe())
  const ports = await Promise.all(
    probes.map(
      (probe) =>
        new Promise<number>((resolve, reject) => {
          probe.once('error', reject)
          probe.listen(0, '127.0.0.1', () => {
            const address = probe.address()
            if (address === null || typeof address === 'string') reject(new Error('no port'))
            else resolve(address.port)
          })
        }),
    ),
  )
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))))
  return ports
}

export function makeCertificate(directory: string, host: string): { certificate: string; key: string } {
  const pair = { certificate: join(directory, `${host}.pem`), key: join(directory, `${host}.key`) }
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
      ...['-keyout', pair.key, '-out', pair.certificate],
    ],
    { stdio: 'ignore' },
  )
  return pair
}

const echo: RequestListener = (request, response) => {
  response.end(
    JSON.stringify({ site: request.headers['x-frappe-site-name'], host: request.headers.host, path: request.url }),
  )
}

/** Starts nginx on a bench's configuration: `conf.d/frappe-bench.conf` is a link to it, as `bench setup production` makes it. */
export async function startNginx(
  benchConfig: (place: Pick<PrivateNginx, 'directory' | 'sitesPath' | 'ports'>) => string,
  answer: RequestListener = echo,
): Promise<PrivateNginx> {
  const directory = mkdtempSync(join(tmpdir(), 'migrator-nginx-'))
  const sitesPath = join(directory, 'frappe-bench/sites')
  for (const path of ['conf.d', 'frappe-bench/config', 'frappe-bench/sites', 'temporary']) {
    mkdirSync(join(directory, path), { recursive: true })
  }
  chmodSync(directory, 0o755)
  const [http = 0, https = 0] = await freePorts(2)
  const web = createServer(answer)
  // A web socket says what came in.
  web.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    socket.on('data', (data) => socket.end(`${request.headers['x-frappe-site-name']} ${data}`))
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const address = web.address()
  const ports = { http, https, web: address !== null && typeof address === 'object' ? address.port : 0 }
  writeFileSync(join(directory, 'frappe-bench/config/nginx.conf'), benchConfig({ directory, sitesPath, ports }))
  symlinkSync('../frappe-bench/config/nginx.conf', join(directory, 'conf.d/frappe-bench.conf'))
  const mainConfig = join(directory, 'nginx.conf')
  writeFileSync(mainConfig, mainText(directory))
  const child = spawn('/usr/sbin/nginx', ['-c', mainConfig, '-p', `${directory}/`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const stop = async () => {
    await ended(child)
    await new Promise((resolve) => web.close(resolve))
    web.closeAllConnections()
    rmSync(directory, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 100 && !existsSync(join(directory, 'nginx.pid')); attempt += 1) {
    if (child.exitCode !== null) break
    await delay(30)
  }
  if (child.exitCode !== null || !existsSync(join(directory, 'nginx.pid'))) {
    await stop()
    throw new Error(`nginx did not start: ${complaint}`)
  }
  return { directory, mainConfig, sitesPath, ports, pid: () => child.pid ?? 0, stop }
}

const mainText = (directory: string) => `# by hand
${process.getuid?.() === 0 ? 'user root;\n' : ''}worker_processes 1;
daemon off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 64; }
http {
	access_log ${directory}/access.log;
	client_body_temp_path temporary/body; proxy_temp_path temporary/proxy;
	fastcgi_temp_path temporary/f; uwsgi_temp_path temporary/u; scgi_temp_path temporary/s;
	include conf.d/*.conf;
}
`

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const graceful = await Promise.race([exit.then(() => true), delay(5000, false, { ref: false })])
  if (!graceful) child.kill('SIGKILL')
  await exit
}
