/** Added when the rules stood, without looking at them: what they are worth on faults nobody wrote them for. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCertificate } from '../../servers/certificate.ts'
import { type Child, startChild } from '../../servers/child.ts'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const COMMON = 'sites/common_site_config.json'
const OWN = `sites/${SITE}/site_config.json`
const NGINX = 'config/nginx.conf'
let busy: Child | null = null

const command = async (stage: Stage, ...argv: string[]) => {
  const { stdout, stderr } = await stage.bench.bench(argv.length > 0 ? argv : ['--site', SITE, 'list-apps'])
  return `${stdout}${stderr}`
}
async function configure(stage: Stage, file: string, keys: Record<string, unknown>): Promise<void> {
  const text = await readFile(stage.path(file), 'utf8')
  await writeFile(stage.path(file), JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))
}
const client = (stage: Stage, ...words: string[]): [string, ...string[]] => [
  'mariadb',
  ...['--no-defaults', '-h', '127.0.0.1', '-P', String(stage.mariadb.port), '-u', stage.site.database.user],
  ...[`-p${stage.site.database.password}`, stage.site.database.database, ...words],
]

const faults: Omit<Fault, 'late'>[] = [
  {
    name: 'capital letter in the site directory',
    put: (stage) => rename(stage.path(`sites/${SITE}`), stage.path('sites/Shop.example.com')),
    output: (stage) => stage.curl(),
    ...{
      finding: 'site-name-has-capitals',
      cause: ['dns_site_name_unknown', 'site_misconfiguration'],
      repair: 'medium',
      touches: ['sites/Shop.example.com', `sites/${SITE}`],
    },
  },
  {
    name: 'common_site_config.json gone',
    put: (stage) => rm(stage.path(COMMON)),
    output: async () => '',
    ...{
      finding: 'common-config-missing',
      cause: [],
      repair: 'no',
    },
  },
  {
    name: 'common_site_config.json emptied',
    put: (stage) => writeFile(stage.path(COMMON), ''),
    output: command,
    ...{ finding: 'config-invalid-json', cause: ['config_emptied_by_full_disk', 'site_config_invalid'], repair: 'no' },
  },
  {
    name: 'site_config.json with single quotes',
    put: async (stage) => writeFile(stage.path(OWN), (await readFile(stage.path(OWN), 'utf8')).replaceAll('"', "'")),
    output: command,
    ...{ finding: 'config-invalid-json', cause: 'site_config_invalid', repair: 'no' },
  },
  {
    name: 'site_config.json saved as UTF-16',
    put: async (stage) =>
      writeFile(stage.path(OWN), Buffer.from(`\uFEFF${await readFile(stage.path(OWN), 'utf8')}`, 'utf16le')),
    output: command,
    ...{ finding: 'config-unreadable', cause: 'site_config_invalid', repair: 'no' },
  },
  {
    name: 'no connection left in the database server',
    put: async (stage) => {
      await stage.mariadb.sql('SET GLOBAL max_connections=10')
      const one = client(stage, '-e', 'select sleep(120)')
        .map((word) => `'${word}'`)
        .join(' ')
      const argv: [string, ...string[]] = ['bash', '-c', `for i in $(seq 12); do ${one} & done; wait`]
      busy = await startChild({
        argv,
        directory: '/tmp',
        logPath: stage.path('logs/busy.log'),
        ready: async () => true,
      })
      await new Promise((resolve) => setTimeout(resolve, 1500))
    },
    output: (stage) => stage.type(...client(stage, '-e', 'select 1')),
    ...{ finding: 'database-too-many-connections', cause: 'database_too_many_connections', repair: 'no' },
    end: async (stage) => {
      await busy?.kill()
      busy = null
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await stage.mariadb.sql('SET GLOBAL max_connections=151')
    },
  },
  {
    name: 'database server killed',
    put: async (stage) => {
      process.kill(
        Number(
          (await readFile(join(stage.mariadb.directory, 'data', 'server.pid'), 'utf8').catch(() => '')) ||
            stage.mariadb.pid,
        ),
        'SIGKILL',
      )
      await new Promise((resolve) => setTimeout(resolve, 500))
    },
    output: command,
    ...{ finding: 'database-server-down', cause: 'database_server_down', repair: 'no' },
    end: (stage) => stage.mariadb.startAgain(),
  },
  {
    name: 'expired certificate',
    put: async (stage) => {
      const { certificate, key } = await makeCertificate(join(stage.nginx.directory, 'tls'), [SITE], -1)
      const listen = `127.0.0.1:${stage.nginx.httpsPort}`
      const text = `server { listen ${listen} ssl; server_name ${SITE}; root ${stage.directory}/sites; ssl_certificate ${certificate}; ssl_certificate_key ${key}; location / { return 200; } }\n`
      await writeFile(join(stage.nginx.includeDirectory, 'tls.conf'), text)
      stage.nginx.reload()
      await new Promise((resolve) => setTimeout(resolve, 500))
    },
    output: (stage) =>
      stage.type(
        'curl',
        '-sS',
        '--cacert',
        join(stage.nginx.directory, 'tls', 'authority.pem'),
        '--resolve',
        `${SITE}:${stage.nginx.httpsPort}:127.0.0.1`,
        `https://${SITE}:${stage.nginx.httpsPort}/`,
      ),
    ...{
      finding: 'certificate-expired',
      cause: ['ssl_certificate_wrong', 'ssl_failure', 'ssl_certificate_not_issued'],
      repair: 'no',
    },
    end: async (stage) => {
      await rm(join(stage.nginx.includeDirectory, 'tls.conf'), { force: true })
      stage.nginx.reload()
    },
  },
  {
    name: 'one port for the web server and for socket.io',
    put: (stage) => configure(stage, COMMON, { socketio_port: stage.bench.webserverPort }),
    output: async () => '',
    ...{ finding: 'ports-equal', cause: [], repair: 'no' },
  },
  {
    name: 'webserver_port changed, the web server and nginx not',
    put: (stage) => configure(stage, COMMON, { webserver_port: 8997 }),
    output: async () => '',
    ...{ finding: 'nginx-upstream-port-wrong', cause: [], repair: 'medium', touches: [COMMON] },
  },
  {
    name: 'the whole bench left in maintenance',
    put: (stage) => configure(stage, COMMON, { maintenance_mode: true }),
    output: (stage) => stage.curl(),
    ...{ finding: 'maintenance-left-on', cause: 'maintenance_mode_left_on', repair: 'low', touches: [COMMON] },
  },
  {
    name: 'no encryption key any more',
    put: (stage) => configure(stage, OWN, { encryption_key: undefined }),
    output: async () => '',
    ...{ finding: 'encryption-key-missing', cause: [], repair: 'no' },
  },
  {
    name: 'the Python of the environment gone',
    put: (stage) => rename(stage.path('env/bin/python'), stage.path('env/bin/python-was')),
    output: command,
    ...{
      finding: 'env-python-broken',
      cause: ['python_environment_broken', 'bench_outside_its_folder', 'bench_command_not_found'],
      repair: 'no',
    },
    end: (stage) => rename(stage.path('env/bin/python-was'), stage.path('env/bin/python')),
  },
  {
    name: 'the logs directory of the bench gone',
    put: (stage) => rm(stage.path('logs'), { recursive: true }),
    output: command,
    ...{
      finding: 'logs-directory-missing',
      cause: ['site_misconfiguration', 'bench_outside_its_folder', 'bench_tool_fault'],
      repair: 'low',
    },
    end: async (stage) => {
      await mkdir(stage.path('logs'), { recursive: true })
    },
  },
  {
    name: 'nginx serves the name of another site',
    put: async (stage) => {
      const text = await readFile(stage.path(NGINX), 'utf8')
      await writeFile(
        stage.path(NGINX),
        text
          .replaceAll(`server_name ${SITE}`, 'server_name store.example.com')
          .replaceAll(new RegExp(`^\\s*${SITE}\\s*$`, 'gm'), 'store.example.com'),
      )
      stage.nginx.reload()
    },
    output: (stage) => stage.curl(),
    ...{
      finding: ['site-not-in-nginx', 'nginx-site-header-wrong', 'host-name-not-served', 'nginx-name-without-site'],
      cause: ['dns_site_name_unknown', 'proxy_misconfiguration', 'site_misconfiguration', 'proxy_route_missing'],
      repair: 'no',
    },
    end: async (stage) => {
      await stage.restore()
      stage.nginx.reload()
    },
  },
]

export const late: Fault[] = faults.map((fault) => ({ ...fault, late: true }))
