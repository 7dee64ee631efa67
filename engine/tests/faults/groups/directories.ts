import { chmod, chown, mkdir, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { type Child, startChild } from '../../servers/child.ts'
import type { Fault } from '../fault.ts'
import { SITE, type Stage } from '../stage.ts'

const OWN = `sites/${SITE}/site_config.json`
const NOBODY = 65_534
const root = process.getuid?.() === 0
const command = async (stage: Stage) => {
  const { stdout, stderr } = await stage.bench.bench(['--site', SITE, 'list-apps'])
  return `${stdout}${stderr}`
}
const lock = (stage: Stage, name: string) => stage.path(`sites/${SITE}/locks/${name}.lock`)
let holder: Child | null = null

export const directories: Fault[] = [
  {
    name: "the site's logs directory gone",
    put: (stage) => rm(stage.path(`sites/${SITE}/logs`), { recursive: true }),
    output: async () => '',
    ...{ finding: 'site-directory-incomplete', cause: [], repair: 'low', touches: [`sites/${SITE}/logs`] },
  },
  {
    name: 'site directory renamed',
    put: (stage) => rename(stage.path(`sites/${SITE}`), stage.path('sites/shop.old')),
    output: command,
    ...{
      finding: ['nginx-site-header-wrong', 'host-name-not-served', 'site-not-in-nginx'],
      cause: ['dns_site_name_unknown', 'site_misconfiguration', 'site_missing_in_volume'],
      repair: 'no',
    },
  },
  {
    name: 'a directory without configuration under sites/',
    put: async (stage) => {
      await mkdir(stage.path('sites/half.example.com/public/files'), { recursive: true })
    },
    output: async () => '',
    ...{ finding: 'site-without-config', cause: [], repair: 'medium', touches: ['sites/half.example.com'] },
  },
  {
    name: 'a link under sites/ that leads nowhere',
    put: (stage) => symlink('/gone/old.example.com', stage.path('sites/old.example.com')),
    output: async () => '',
    ...{ finding: 'site-dangling-symlink', cause: [], repair: 'low', touches: ['sites/old.example.com'] },
  },
  {
    name: 'the link to assets leads to the old place of the bench',
    put: async (stage) => {
      await unlink(stage.path('sites/assets/frappe'))
      await symlink('/home/frappe/old-bench/apps/frappe/frappe/public', stage.path('sites/assets/frappe'))
    },
    output: (stage) => stage.curl('/assets/frappe/js/frappe-web.js'),
    ...{
      finding: 'assets-link-broken',
      cause: ['assets_not_built', 'missing_assets'],
      repair: 'low',
      touches: ['sites/assets/frappe'],
    },
  },
  {
    name: 'sites/assets gone',
    put: (stage) => rm(stage.path('sites/assets'), { recursive: true }),
    output: (stage) => stage.curl('/assets/frappe/js/frappe-web.js'),
    ...{
      finding: 'assets-directory-missing',
      cause: ['assets_not_built', 'missing_assets'],
      repair: 'low',
      touches: ['sites/assets'],
    },
  },
  {
    name: "a document's lock that nobody will release",
    put: async (stage) => {
      await writeFile(lock(stage, '1c2d3e'), '')
      await utimes(lock(stage, '1c2d3e'), Date.now() / 1000 - 7200, Date.now() / 1000 - 7200)
    },
    output: async () => '',
    ...{ finding: 'lock-stale', cause: [], repair: 'low', touches: [`sites/${SITE}/locks`], quick: true },
  },
  {
    name: 'a lock that a process holds',
    put: async (stage) => {
      const script = `import fcntl,time; f=open(${JSON.stringify(lock(stage, 'bench_migrate'))},'w'); fcntl.flock(f,fcntl.LOCK_EX); time.sleep(300)`
      holder = await startChild({
        argv: ['python3', '-c', script],
        directory: '/tmp',
        logPath: stage.path('logs/holder.log'),
        ready: async () => true,
      })
      await new Promise((resolve) => setTimeout(resolve, 500))
    },
    output: async () => '',
    ...{ finding: 'lock-held', cause: [], repair: 'no' },
    end: async () => {
      await holder?.stop()
      holder = null
    },
  },
  {
    name: 'currentsite.txt names a site that is gone',
    put: (stage) => writeFile(stage.path('sites/currentsite.txt'), 'gone.example.com'),
    output: async () => '',
    ...{ finding: 'currentsite-stale', cause: [], repair: 'medium', touches: ['sites/currentsite.txt'] },
  },
  {
    name: 'configuration of another user',
    put: (stage) => chown(stage.path(OWN), NOBODY, NOBODY),
    output: async () => '',
    ...{ finding: 'config-owner-differs', cause: [], repair: root ? 'low' : 'no', touches: [OWN] },
  },
  {
    name: 'files of another user in the site',
    put: (stage) => chown(stage.path(`sites/${SITE}/private`), NOBODY, NOBODY),
    output: async () => '',
    ...{
      finding: 'site-files-of-other-owner',
      cause: [],
      repair: root ? 'medium' : 'no',
      touches: [`sites/${SITE}/private`],
    },
  },
  {
    name: 'configuration open to everybody',
    put: (stage) => chmod(stage.path(OWN), 0o644),
    output: async () => '',
    ...{ finding: 'config-world-readable', cause: [], repair: 'medium', touches: [OWN] },
  },
]
