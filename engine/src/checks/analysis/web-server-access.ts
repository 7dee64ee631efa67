import type { NginxFacts } from '../../services/nginx/nginx-facts.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { type Accessor, findUser, firstClosed } from './file-access.ts'

const finds = {
  'path-closed-to-web-server':
    "nginx's user may not enter a directory on the way to assets or files: 403 or an unstyled page",
  'assets-unreadable': "nginx's user may not read files of sites/assets",
}
type Id = keyof typeof finds

/** Whether nginx's user may walk to what it serves by itself: assets and public files (home directories are closed to others by default). */
export const webServerAccess = benchCheck({
  id: 'web-server-access',
  title: 'nginx may read what it serves',
  area: 'files',
  finds,
  run: async (context) => {
    const { facts, host } = context
    const served = facts.sites.some(({ names }) =>
      names.some(({ sources }) => sources.some(({ from }) => from === 'nginx')),
    )
    if (facts.nginx === null || !served) return []
    const user = await nginxUser(context, facts.nginx)
    if (user === null || user.userId === 0) return []
    const folders = [`${facts.path}/sites/assets/frappe`, ...context.sites.map(({ path }) => `${path}/public/files`)]
    const closed = new Map<string, Found<Id>>()
    for (const folder of folders) {
      const found = await firstClosed(host, user, folder)
      if (found !== null) closed.set(found.path, ofPath(user, found.path, found.status.mode, folder))
    }
    const walkable = (await firstClosed(host, user, `${facts.path}/sites/assets`)) === null
    const unreadable = walkable ? await unreadableAssets(context, user) : []
    if (unreadable.length > 0) {
      closed.set('assets', {
        ...{ id: 'assets-unreadable', severity: 'warning', subject: `${facts.path}/sites/assets` },
        title: `nginx's user ${user.name} may not read files of sites/assets.`,
        evidence: unreadable
          .slice(0, 3)
          .map(({ path, status }) => `${path}: mode ${status.mode.toString(8)}`)
          .join('; '),
        cause: 'They were built with a strict umask, or by another user.',
        remedies: [`chmod -R a+rX ${facts.path}/sites/assets/ ${facts.path}/apps/*/*/public`],
      })
    }
    return [...closed.values()]
  },
})

function ofPath(user: Accessor, path: string, mode: number, folder: string): Found<Id> {
  return {
    ...{ id: 'path-closed-to-web-server', severity: 'critical', subject: path },
    title: `nginx's user ${user.name} may not enter ${path}, on the way to ${folder}.`,
    evidence: `${path}: mode ${mode.toString(8)}`,
    cause: 'Pages come without style, files answer 403 or 404. Distributions make home directories closed to others.',
    remedies: [`sudo chmod o+x ${path} (only entering, not listing)`],
  }
}

/** A worker's user, else what the main file says, else the one it was built for is unknown. */
async function nginxUser({ host, processes }: AnalysisContext, nginx: NginxFacts): Promise<Accessor | null> {
  const worker = (await processes()).find(
    ({ parent, argv }) => parent === nginx.master?.pid && /^nginx: worker/.test(argv.join(' ')),
  )
  if (worker !== undefined) return findUser(host, worker.userId)
  if (nginx.master !== null && nginx.master.userId !== 0) return findUser(host, nginx.master.userId)
  const main = nginx.files.find(({ path }) => path === nginx.mainConfig)?.text ?? ''
  const named = /^\s*user\s+([^\s;]+)/m.exec(main)?.[1]
  return named === undefined ? null : findUser(host, named)
}

async function unreadableAssets({ facts, host }: AnalysisContext, user: Accessor) {
  const folders = ['css', 'js', 'frappe/dist/css', 'frappe/dist/js'].map((name) => `${facts.path}/sites/assets/${name}`)
  const lists = await Promise.all(
    folders.map(async (folder) =>
      (await host.list(folder).catch(() => [])).slice(0, 5).map((name) => `${folder}/${name}`),
    ),
  )
  const closed = await Promise.all(lists.flat().map((path) => firstClosed(host, user, path)))
  return closed.filter((one) => one !== null)
}
