import type { FileStatus, Host } from '../../host/host.ts'
import { benchCheck, type Found } from './analysis-check.ts'

/** The parts every bench has. */
const PARTS = [
  [
    'apps',
    'apps-directory-missing',
    'critical',
    'no app can be loaded',
    'Put it back from a backup; bench get-app fetches each app again.',
  ],
  [
    'env',
    'env-missing',
    'critical',
    'no Python environment: nothing of Frappe can run',
    'bench setup env && bench setup requirements',
  ],
  [
    'config',
    'config-directory-missing',
    'warning',
    'the configurations of Redis, nginx and supervisor are gone',
    'bench setup config && bench setup redis && bench setup procfile',
  ],
  [
    'logs',
    'logs-directory-missing',
    'critical',
    'bench and the workers end with FileNotFoundError when they open their log',
    'mkdir logs',
  ],
  [
    'sites/apps.txt',
    'apps-txt-missing',
    'critical',
    'Frappe does not know which apps there are',
    'ls -1 apps > sites/apps.txt, then put frappe first',
  ],
  [
    'sites/assets',
    'assets-directory-missing',
    'critical',
    'pages come without style and scripts',
    'mkdir sites/assets && bench build',
  ],
] as const

const finds = {
  'apps-directory-missing': 'apps/ is missing',
  'env-missing': 'env/, the Python environment, is missing',
  'env-python-broken': 'env/bin/python is missing or a link that leads nowhere (the system’s Python was removed)',
  'config-directory-missing': 'config/ is missing',
  'logs-directory-missing': 'logs/ is missing',
  'apps-txt-missing': 'sites/apps.txt is missing',
  'assets-directory-missing': 'sites/assets is missing',
  'files-of-other-owner': 'parts of the bench belong to another user than its owner (after `sudo bench …`)',
}
type Id = keyof typeof finds

/** Whether the bench is whole: half a bench is what a broken copy, a full disk or a stopped `bench init` leaves. */
export const directoryStructure = benchCheck({
  id: 'directory-structure',
  title: 'The bench has all its parts',
  area: 'directory_structure',
  finds,
  run: async ({ facts, host }) => {
    const found: Found<Id>[] = []
    const present = async (path: string) => (await host.realPath(path).catch(() => null)) !== null
    for (const [part, id, severity, consequence, remedy] of PARTS) {
      const path = `${facts.path}/${part}`
      if (await present(path)) continue
      found.push({
        ...{
          id,
          severity,
          subject: path,
          evidence: `${path}: no such file or directory`,
          cause: `Without it ${consequence}.`,
        },
        title: `The bench has no ${part}.`,
        remedies: [`cd ${facts.path} && ${remedy}`],
      })
    }
    const python = `${facts.path}/env/bin/python`
    if ((await present(`${facts.path}/env`)) && !(await present(python))) {
      const link = await host.readLink(python).catch(() => null)
      found.push({
        ...{ id: 'env-python-broken', severity: 'critical', subject: python },
        title: 'The Python environment of the bench has no Python any more.',
        evidence: link === null ? `${python}: no such file` : `${python} links to ${link}, which is not there`,
        cause: 'The Python it was made with was removed or upgraded.',
        remedies: [`cd ${facts.path} && mv env env-old && bench setup env && bench setup requirements`],
      })
    }
    const foreign = await foreignFiles(host, facts.path, facts.ownerId)
    if (foreign.length > 0 && facts.ownerId > 0) {
      found.push({
        ...{ id: 'files-of-other-owner', severity: 'warning', subject: facts.path },
        title: `${foreign.length} parts of the bench do not belong to ${facts.ownerName}.`,
        evidence: foreign
          .slice(0, 5)
          .map(({ path, status }) => `${path}: user id ${status.userId}`)
          .join('; '),
        cause: 'Somebody ran bench, git or pip as another user: the bench cannot write them any more.',
        remedies: [
          `sudo chown -R ${facts.ownerName} ${foreign
            .map(({ path }) => path)
            .slice(0, 5)
            .join(' ')}`,
        ],
      })
    }
    return found
  },
})

const LOOKED_INTO = ['', 'sites', 'logs', 'config', 'apps', 'config/pids']

/** The bench's top levels, not the tree: what a root's mistake leaves shows there. Links may belong to anybody. */
async function foreignFiles(host: Host, bench: string, owner: number): Promise<{ path: string; status: FileStatus }[]> {
  const lists = await Promise.all(
    LOOKED_INTO.map(async (part) => {
      const directory = part === '' ? bench : `${bench}/${part}`
      const names = await host.list(directory).catch(() => [])
      // A site's own directory is told of by the survey.
      const wanted =
        part === 'sites'
          ? names.filter((name) => name.includes('.txt') || name.endsWith('.json') || name === 'assets')
          : names
      return wanted.map((name) => `${directory}/${name}`)
    }),
  )
  const looked = await Promise.all(
    lists.flat().map(async (path) => ({ path, status: await host.status(path).catch(() => null) })),
  )
  return looked.flatMap(({ path, status }) =>
    status !== null && status.kind !== 'symlink' && status.userId !== owner ? [{ path, status }] : [],
  )
}
