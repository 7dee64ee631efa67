/** Two servers on one machine, and the site of the shared data set on one of them. */
import { mkdir, readFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { SiteCredentials } from '../../servers/mariadb.ts'
import { type Ended, migrator } from '../../servers/migrator.ts'
import { addSite, type TestSite } from '../../servers/site.ts'
import { createSshClient, type SshClient } from '../../servers/sshd.ts'
import { treeOf } from '../../servers/tree.ts'
import { dumpOf } from '../rename/stage.ts'
import { type Server, startServer } from './server.ts'

export const SITE = 'erp.example'

export interface TransferStage {
  source: Server
  target: Server
  client: SshClient
  site: TestSite
  /** The command, on a third machine: neither bench is where it runs. */
  migrate(...parameters: string[]): Promise<Ended>
  /** `transfer-server` of the site, with accounts and ssh_config of this stage. */
  transfer(...more: string[]): Promise<Ended>
  visit(server: Server, path: string, asked?: Asked): Promise<Answer>
  /** The site's rows at a place, by the configuration that stands there. */
  sql(server: Server, statement: string): Promise<string>
  digest(server: Server, site?: string): Promise<string>
  /** Sites and nginx of both servers: path, mode, owner, digest. */
  tree(server: Server): string[]
  stop(): Promise<void>
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  host?: string
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface StageOptions {
  /** Further keys of the site's configuration at the source. */
  siteConfig?: Record<string, unknown>
  /** Before nginx's configuration is made. */
  arrangeTarget?: (server: Pick<Server, 'bench' | 'mariadb'>) => Promise<void>
}

/** Both at once: what takes long (the bench's copy, the database's start) is done side by side. */
export async function transferStage(options: StageOptions = {}): Promise<TransferStage> {
  const dump = dumpOf('site-v15')
  const client = await createSshClient()
  let site: TestSite | undefined
  const begun = await Promise.allSettled([
    startServer({
      ...{ name: 'source', address: '127.0.0.2', client },
      arrange: async ({ bench, mariadb }) => {
        site = await addSite(bench, SITE, { dump, mariadb, siteConfig: options.siteConfig ?? {} })
      },
    }),
    startServer({
      ...{ name: 'target', address: '127.0.0.3', client, nginxOfRoot: true },
      arrange: async (server) => {
        await options.arrangeTarget?.(server)
      },
    }),
  ])
  const servers = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await client.remove()
  }
  const [source, target] = servers
  if (!site || !source || !target) {
    await stop()
    throw begun.find((one) => one.status === 'rejected')?.reason ?? new Error('the source has no site')
  }
  const made = site
  const state = join(client.directory, 'state')
  const home = join(client.directory, 'home')
  await Promise.all([mkdir(state), mkdir(home)])
  const environment = { XDG_STATE_HOME: state, HOME: home }
  const machine = ['--hosts-file', '/dev/null', '--crontab-directory', client.directory]
  const migrate = (...parameters: string[]) =>
    migrator(client.directory, [...parameters, '--ssh-config', client.configPath], environment)
  return {
    ...{ source, target, client, site: made, migrate },
    transfer: (...more) =>
      migrate(
        'transfer-server',
        ...['--source-server', source.login, '--target-server', target.rootLogin, '--site', SITE],
        ...['--source-bench', source.bench.directory, '--target-bench', target.bench.directory],
        ...['--source-admin-option-file', source.administrator, '--admin-option-file', target.administrator],
        ...machine,
        ...more,
      ),
    visit: (server, path, asked = {}) => visit(server, path, asked),
    sql: async (server, statement) => server.mariadb.sql(statement, (await credentialsAt(server)).database),
    digest: async (server, name = SITE) => {
      const { host, port } = server.mariadb
      const database = await openSiteDatabase({
        kind: 'mariadb',
        host,
        port,
        socket: null,
        ...(await credentialsAt(server, name)),
      })
      try {
        return (await database.digest()).sha256
      } finally {
        await database.close()
      }
    },
    tree: (server) => [
      ...treeOf(server.bench.sitesDirectory).filter((line) => !/(\.log|\.pyc|\/__pycache__|(^|\/)logs) /.test(line)),
      ...treeOf(join(server.bench.directory, 'config')),
      ...treeOf(server.nginx.directory, { without: ['logs', 'temp', 'nginx.pid'] }),
    ],
    stop,
  }
}

/** What the configuration that stands at a place names. */
export async function credentialsAt(server: Server, site = SITE): Promise<SiteCredentials> {
  const config = JSON.parse(await readFile(join(server.bench.sitesDirectory, site, 'site_config.json'), 'utf8'))
  return { database: config.db_name, user: config.db_user ?? config.db_name, password: config.db_password }
}

/** One request as a visitor sends it: by name, to a server's nginx. */
export function visit(server: Server, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = 'GET', headers, body, host = SITE } = asked
  return new Promise((resolve, reject) => {
    const { address, httpPort: port } = server.nginx
    const options = { host: address, port, method, path, headers: { host, ...headers }, timeout: 20_000, agent: false }
    const sent = httpRequest(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    })
    sent.once('timeout', () => sent.destroy(new Error(`${path} was not answered`)))
    sent.once('error', reject)
    sent.end(body)
  })
}
