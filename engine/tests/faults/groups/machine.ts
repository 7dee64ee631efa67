/** The machine below the bench: its disks, its clock, its programs, and the user that nginx is. */
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeCertificate } from '../../servers/certificate.ts'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const OWN = `sites/${SITE}/site_config.json`
const APP = 'apps/frappe'
let closed = 0o700

async function must(stage: Stage, ...argv: [string, ...string[]]): Promise<void> {
  const said = await stage.type(...argv)
  if (said !== '') throw new Error(`${argv.join(' ')}: ${said}`)
}
/** A small disk of its own in the place of a directory; what was there stays below it. */
async function onSmallDisk(stage: Stage, directory: string, options: string): Promise<void> {
  const held = stage.path(directory)
  await must(stage, 'mount', '-t', 'tmpfs', '-o', options, 'tmpfs', held)
}
const takeOff = async (stage: Stage, directory: string): Promise<void> => {
  await stage.type('umount', '-l', stage.path(directory))
}
const fill = (stage: Stage, file: string) => stage.type('dd', 'if=/dev/zero', `of=${stage.path(file)}`, 'bs=64k')
const reload = async (stage: Stage): Promise<void> => {
  stage.nginx.reload()
  await new Promise((resolve) => setTimeout(resolve, 1000))
}
const asUser = async (stage: Stage, from: string, to: string): Promise<void> => {
  const { configuration } = stage.nginx
  await writeFile(configuration, (await readFile(configuration, 'utf8')).replace(`user ${from};`, `user ${to};`))
  await reload(stage)
}
const bench = async (stage: Stage, ...argv: string[]) => {
  const { stdout, stderr } = await stage.bench.bench(argv)
  return `${stdout}${stderr}`
}
const BEHIND = ['faketime', '-f', '-400d'] as const

export const machine: Fault[] = [
  {
    name: 'the disk of the logs full',
    needs: ['mount'],
    put: async (stage) => {
      await onSmallDisk(stage, 'logs', 'size=256k')
      await fill(stage, 'logs/full.log')
    },
    output: (stage) => bench(stage, '--site', SITE, 'list-apps'),
    ...{ finding: 'disk-full', cause: ['no_space_left', 'config_emptied_by_full_disk'], repair: 'no' },
    end: (stage) => takeOff(stage, 'logs'),
  },
  {
    name: "the disk of the site's backups full",
    needs: ['mount'],
    put: async (stage) => {
      await stage.type('mkdir', '-p', stage.path(`sites/${SITE}/private/backups`))
      await onSmallDisk(stage, `sites/${SITE}/private/backups`, 'size=256k')
      await fill(stage, `sites/${SITE}/private/backups/old.sql.gz`)
    },
    output: (stage) =>
      stage.type(
        ...(['bash', '-c'] as const),
        `mariadb-dump --no-defaults -h 127.0.0.1 -P ${stage.mariadb.port} -u ${stage.site.database.user} -p${stage.site.database.password} ${stage.site.database.database} | gzip > sites/${SITE}/private/backups/new.sql.gz`,
      ),
    ...{ finding: 'disk-full', cause: ['no_space_left', 'config_emptied_by_full_disk'], repair: 'no' },
    end: (stage) => takeOff(stage, `sites/${SITE}/private/backups`),
  },
  {
    name: 'no inodes left for files of the site',
    needs: ['mount'],
    put: async (stage) => {
      await onSmallDisk(stage, `sites/${SITE}/private/files`, 'size=8m,nr_inodes=40')
      await stage.type('bash', '-c', `cd sites/${SITE}/private/files && for i in $(seq 60); do : > $i || break; done`)
    },
    output: (stage) => stage.type('cp', OWN, `sites/${SITE}/private/files/copy.json`),
    ...{ finding: 'inodes-exhausted', cause: ['inodes_or_watches_exhausted', 'no_space_left'], repair: 'no' },
    end: (stage) => takeOff(stage, `sites/${SITE}/private/files`),
  },
  {
    name: 'the clock of this machine is a year behind',
    needs: ['faketime'],
    put: async (stage) => {
      stage.through = [...BEHIND]
      const { certificate, key } = await makeCertificate(join(stage.nginx.directory, 'tls'), [SITE], 30)
      const listen = `127.0.0.1:${stage.nginx.httpsPort}`
      const text = `server { listen ${listen} ssl; server_name ${SITE}; root ${stage.directory}/sites; ssl_certificate ${certificate}; ssl_certificate_key ${key}; location / { return 200; } }\n`
      await writeFile(join(stage.nginx.includeDirectory, 'tls.conf'), text)
      await reload(stage)
    },
    output: (stage) =>
      stage.type(
        ...BEHIND,
        ...['curl', '-sS', '-m', '5', '--cacert', join(stage.nginx.directory, 'tls', 'authority.pem')],
        ...['--resolve', `${SITE}:${stage.nginx.httpsPort}:127.0.0.1`, `https://${SITE}:${stage.nginx.httpsPort}/`],
      ),
    ...{ finding: 'clock-skew', cause: 'clock_wrong', repair: 'no' },
    end: async (stage) => {
      stage.through = []
      await stage.type('rm', '-f', join(stage.nginx.includeDirectory, 'tls.conf'))
      await reload(stage)
    },
  },
  {
    name: "nginx's user may not enter the bench's home",
    needs: ['root'],
    put: async (stage) => {
      closed = (await stat(dirname(stage.directory))).mode & 0o777
      await chmod(dirname(stage.directory), 0o700)
      await asUser(stage, 'root', 'www-data')
    },
    output: (stage) => stage.curl('/assets/frappe/js/frappe-web.js'),
    ...{ finding: 'path-closed-to-web-server', cause: 'nginx_cannot_enter_home', repair: 'medium' },
    end: async (stage) => {
      const { mode } = await stat(dirname(stage.directory))
      await chmod(dirname(stage.directory), closed)
      await asUser(stage, 'www-data', 'root')
      if ((mode & 0o777) !== 0o700) throw new Error(`the way back left mode ${(mode & 0o777).toString(8)}`)
    },
  },
  {
    name: 'Node older than the framework wants',
    put: (stage) =>
      writeFile(
        stage.path(`${APP}/package.json`),
        `${JSON.stringify({ name: 'frappe-framework', version: '15.0.0', engines: { node: '>=99' } }, null, 1)}\n`,
      ),
    output: (stage) => stage.type('yarn', '--cwd', stage.path(APP), 'install', '--offline', '--check-files'),
    ...{ finding: 'node-version-unsupported', cause: 'node_version_unsupported', repair: 'no' },
  },
  {
    name: 'Python older than the framework wants',
    put: async (stage) => {
      const file = stage.path(`${APP}/pyproject.toml`)
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replace(/requires-python = .*/, 'requires-python = ">=3.99"'))
    },
    output: (stage) => stage.type('env/bin/python', '-m', 'pip', 'install', '--no-deps', '-e', APP),
    ...{ finding: 'python-version-unsupported', cause: 'python_version_unsupported', repair: 'no' },
  },
]
