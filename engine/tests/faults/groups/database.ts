import { readFile, writeFile } from 'node:fs/promises'
import { paddedBase64Url } from '../../../src/sandbox/fernet-token.ts'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const OWN = `sites/${SITE}/site_config.json`
const command = async (stage: Stage) => {
  const { stdout, stderr } = await stage.bench.bench(['--site', SITE, 'list-apps'])
  return `${stdout}${stderr}`
}
const page = (stage: Stage) => stage.curl()
async function configure(stage: Stage, keys: Record<string, unknown>): Promise<void> {
  const text = await readFile(stage.path(OWN), 'utf8')
  await writeFile(stage.path(OWN), JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))
}
/** As the site's user, by the client. */
const login = (stage: Stage) =>
  stage.type(
    'mariadb',
    '--no-defaults',
    '-h',
    '127.0.0.1',
    '-P',
    String(stage.mariadb.port),
    '-u',
    stage.site.database.user,
    `-p${stage.site.database.password}`,
    stage.site.database.database,
    '-e',
    'select 1',
  )
const sql = async (stage: Stage, text: string): Promise<void> => {
  await stage.mariadb.sql(text)
}

export const database: Fault[] = [
  {
    name: 'wrong database password',
    put: (stage) => configure(stage, { db_password: 'not-this-one' }),
    output: command,
    ...{ finding: 'database-access-denied', cause: 'database_site_password_wrong', repair: 'no' },
  },
  {
    name: 'database user bound to another host',
    put: async (stage) => {
      const { user } = stage.site.database
      await sql(
        stage,
        `RENAME USER '${user}'@'%' TO '${user}'@'10.9.9.9'; RENAME USER '${user}'@'localhost' TO '${user}'@'10.9.9.8'; FLUSH PRIVILEGES;`,
      )
    },
    output: login,
    ...{
      finding: ['database-user-bound-to-other-host', 'database-access-denied'],
      cause: ['database_user_bound_to_host', 'database_site_password_wrong'],
      repair: 'no',
    },
    end: async (stage) => {
      const { user } = stage.site.database
      await sql(
        stage,
        `RENAME USER '${user}'@'10.9.9.9' TO '${user}'@'%'; RENAME USER '${user}'@'10.9.9.8' TO '${user}'@'localhost'; FLUSH PRIVILEGES;`,
      )
    },
  },
  {
    name: 'another database name',
    put: (stage) => configure(stage, { db_name: '_0000000000000000', db_user: stage.site.database.user }),
    output: command,
    ...{
      finding: ['database-missing', 'database-grant-missing', 'database-access-denied'],
      cause: ['database_missing_right', 'database_site_password_wrong', 'site_misconfiguration'],
      repair: 'no',
    },
  },
  {
    name: 'database port that nobody listens on',
    put: (stage) => configure(stage, { db_port: 3999 }),
    output: command,
    ...{ finding: 'database-server-down', cause: ['database_server_down', 'database_host_wrong'], repair: 'no' },
  },
  {
    name: 'database host that does not exist',
    put: (stage) => configure(stage, { db_host: 'db.invalid' }),
    output: command,
    ...{
      finding: ['database-server-down', 'database-failed', 'database-host-unknown'],
      cause: ['database_host_wrong', 'dns_failure'],
      repair: 'no',
    },
  },
  {
    name: 'database read-only',
    put: (stage) => sql(stage, 'SET GLOBAL read_only=1'),
    output: (stage) =>
      stage.type(
        'mariadb',
        '--no-defaults',
        '-h',
        '127.0.0.1',
        '-P',
        String(stage.mariadb.port),
        '-u',
        stage.site.database.user,
        `-p${stage.site.database.password}`,
        stage.site.database.database,
        '-e',
        "update tabUser set bio='x' where name='Guest'",
      ),
    ...{
      finding: 'database-read-only',
      cause: 'database_read_only',
      repair: 'no',
    },
    end: (stage) => sql(stage, 'SET GLOBAL read_only=0'),
  },
  {
    name: 'no password in the configuration',
    put: (stage) => configure(stage, { db_password: undefined }),
    output: command,
    ...{
      finding: 'database-password-missing',
      cause: ['database_site_password_wrong', 'site_misconfiguration', 'site_config_invalid'],
      repair: 'no',
    },
  },
  {
    name: 'encryption key changed',
    put: (stage) => configure(stage, { encryption_key: paddedBase64Url(Buffer.alloc(32, 7)) }),
    output: async () =>
      'frappe.exceptions.ValidationError: Encryption key is invalid! Please check site_config.json\ncryptography.fernet.InvalidToken',
    ...{ finding: 'encryption-key-mismatch', cause: 'encryption_key_lost', repair: 'no' },
  },
  {
    name: 'encryption key cut off',
    put: (stage) => configure(stage, { encryption_key: 'abc' }),
    output: async () => 'ValueError: Fernet key must be 32 url-safe base64-encoded bytes.',
    ...{ finding: 'encryption-key-invalid', cause: ['encryption_key_malformed', 'encryption_key_lost'], repair: 'no' },
  },
  {
    name: 'maintenance page of a site whose database is gone',
    put: (stage) => configure(stage, { db_port: 3999, maintenance_mode: 1 }),
    output: page,
    ...{
      finding: 'maintenance-left-on',
      cause: ['maintenance_mode_left_on', 'database_server_down'],
      repair: 'low',
      touches: [OWN],
    },
  },
]
