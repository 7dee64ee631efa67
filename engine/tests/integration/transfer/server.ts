/** One of two "servers" on one machine: a user, sshd on an address of its own, a bench, MariaDB, Redis, nginx, gunicorn, worker, scheduler. */
import { chmodSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createBench, type TestBench } from '../../servers/bench.ts'
import type { Child } from '../../servers/child.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { type NginxServer, startNginx } from '../../servers/nginx.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { type SshClient, type SshServer, startSshd } from '../../servers/sshd.ts'
import { createUser, type TestUser } from '../../servers/users.ts'
import { startScheduler, startWeb, startWorker } from '../../servers/web.ts'

export interface Server {
  user: TestUser
  address: string
  bench: TestBench
  mariadb: MariadbServer
  redis: RedisServer
  /** Made by `open`, when the sites are there. */
  nginx: NginxServer
  sshd: SshServer
  web: Child
  /** As `--source-server` takes it; the bench's owner logs in. */
  login: string
  /** The same for root, who goes on as the bench's owner. */
  rootLogin: string
  /** Option file of the database server's root, on the machine that runs the command. */
  administrator: string
  startWorker(): Promise<Child>
  startScheduler(): Promise<Child>
  stop(): Promise<void>
}

export interface ServerOptions {
  name: 'source' | 'target'
  address: string
  client: SshClient
  /** nginx belongs to root, as in production; else to the bench's owner, who then needs no root to reload it. */
  nginxOfRoot?: boolean
  /** Before nginx's configuration is made. */
  arrange(server: Pick<Server, 'bench' | 'mariadb' | 'user'>): Promise<void>
  frappeVersion?: string
}

/** Debian's own default site: a bench without sites has no block, and a web server is there all the same. */
const DEFAULT_SITE = 'server {\n\tlisten $ADDRESS:$HTTP default_server;\n\tserver_name _;\n\treturn 404;\n}\n'

/** What was begun is ended, also when a later part does not start. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const begun = new AsyncDisposableStack()
  try {
    return await begin(options, begun)
  } catch (error) {
    await begun.disposeAsync()
    throw error
  }
}

async function begin(options: ServerOptions, begun: AsyncDisposableStack): Promise<Server> {
  const { name, address, client } = options
  const user = await createUser(name)
  begun.defer(() => user.remove())
  const [mariadb, redis, sshd] = await Promise.all([startMariadb(), startRedis(), startSshd(client, { address })])
  for (const { stop } of [mariadb, redis, sshd]) begun.defer(stop)
  const bench = await createBench({
    owner: user,
    redis,
    commonConfig: { scheduler_tick_interval: 0.5 },
    ...(options.frappeVersion ? { frappeVersion: options.frappeVersion } : {}),
  })
  begun.defer(bench.remove)
  await mkdir(join(bench.directory, 'logs'), { recursive: true })
  await options.arrange({ bench, mariadb, user })
  await bench.claim()
  const nginx = await startNginx({
    ...{ bench, address },
    extraFiles: { 'default.conf': DEFAULT_SITE },
    ...(options.nginxOfRoot ? {} : { user }),
  })
  begun.defer(nginx.stop)
  const web = await startWeb(bench, 'gunicorn')
  begun.defer(web.stop)
  const administrator = join(client.directory, `${name}-root.cnf`)
  const account = `user=root\npassword="${mariadb.rootPassword}"\nsocket=${mariadb.socket}`
  writeFileSync(administrator, `[client]\n${account}\n`, { mode: 0o600 })
  // The way to its socket is open, as that of /run/mysqld is.
  chmodSync(mariadb.directory, 0o755)
  const started = (child: Child): Child => {
    begun.defer(child.stop)
    return child
  }
  return {
    ...{ user, address, bench, mariadb, redis, nginx, sshd, web, administrator },
    login: sshd.server(user.name),
    rootLogin: sshd.server('root'),
    startWorker: async () => started(await startWorker(bench)),
    startScheduler: async () => started(await startScheduler(bench)),
    stop: () => begun.disposeAsync(),
  }
}
