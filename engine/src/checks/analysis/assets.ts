import { isObject, parseJsonObject } from '../../host/parse-json.ts'
import { readTextFile } from '../../services/text-file.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'assets-link-broken': 'sites/assets has no working link to an app’s public folder: its scripts answer 404',
  'assets-not-built': 'sites/assets/assets.json is missing: the assets were never built',
  'assets-missing': 'bundles that assets.json names do not exist: an unstyled page, 404 for scripts',
}
type Id = keyof typeof finds

/** Whether the scripts and styles that pages name are there. */
export const assets = benchCheck({
  id: 'assets',
  title: 'Assets are built and linked',
  area: 'files',
  finds,
  run: async (context) => [...(await links(context)), ...(await bundles(context))],
})

async function links({ facts, host }: AnalysisContext): Promise<Found<Id>[]> {
  if ((await host.status(`${facts.path}/sites/assets`).catch(() => null)) === null) return []
  const looked = await Promise.all(
    facts.apps.map(async ({ name, path }) => {
      const publicFolder = await host.status(`${path}/${name}/public`).catch(() => null)
      const link = `${facts.path}/sites/assets/${name}`
      if (publicFolder === null || (await host.realPath(link).catch(() => null)) !== null) return null
      const text = await host.readLink(link).catch(() => null)
      return { name, link, text }
    }),
  )
  return looked
    .filter((one) => one !== null)
    .map(({ name, link, text }) => ({
      ...{ id: 'assets-link-broken', severity: 'critical', subject: link },
      title: `sites/assets has no working link to the public folder of ${name}.`,
      evidence: text === null ? `${link}: no such file` : `${link} links to ${text}, which is not there`,
      cause: 'The bench was moved or copied: the links name its old place.',
      remedies: [
        `cd ${facts.path} && ln -sfn ${facts.path}/apps/${name}/${name}/public sites/assets/${name}`,
        'Or: bench build',
      ],
    }))
}

async function bundles({ facts, host }: AnalysisContext): Promise<Found<Id>[]> {
  const file = `${facts.path}/sites/assets/assets.json`
  const read = await readTextFile(host, file)
  const remedies = built(facts.path, [])
  if (read.state !== 'read') {
    // Frappe builds with esbuild since version 14; before, and in frameworks without a build, there is no such file.
    const builds = await host.status(`${facts.path}/apps/frappe/esbuild`).catch(() => null)
    if (builds === null) return []
    return [
      {
        ...{ id: 'assets-not-built', severity: 'critical', subject: file, remedies },
        title: 'The assets of this bench were never built.',
        evidence: `${file}: no such file`,
      },
    ]
  }
  const named = Object.values(parseJsonObject(read.text).value ?? {}).filter((path) => typeof path === 'string')
  if (!isObject(parseJsonObject(read.text).value)) {
    return [
      {
        ...{ id: 'assets-missing', severity: 'critical', subject: file, remedies },
        title: 'sites/assets/assets.json is not valid JSON.',
        evidence: file,
      },
    ]
  }
  const local = named.filter((path) => path.startsWith('/assets/'))
  const there = await Promise.all(local.map((path) => host.realPath(`${facts.path}/sites${path}`).catch(() => null)))
  const missing = local.filter((_, at) => there[at] === null)
  if (missing.length === 0) return []
  const apps = [...new Set(missing.flatMap((path) => /^\/assets\/([a-z][a-z0-9_]*)\//.exec(path)?.[1] ?? []))]
  return [
    {
      ...{ id: 'assets-missing', severity: 'critical', subject: file },
      remedies: built(facts.path, apps),
      title: `${missing.length} of ${local.length} bundles that pages load are missing.`,
      evidence: `${file} names ${missing.slice(0, 3).join(', ')}; not there`,
      cause: 'A build that failed half way, or an app that was updated without one.',
    },
  ]
}

/** A build takes minutes and much memory, and replaces what pages load while people work: somebody starts it, not a repair. */
const built = (bench: string, apps: string[]): string[] => [
  'See that a gigabyte of memory is free, or the build is killed half way: free -m',
  `cd ${bench} && ${apps.length === 0 ? 'bench build' : apps.map((app) => `bench build --app ${app}`).join(' && ')}`,
  'Then let pages name the new files: bench --site all clear-website-cache && bench restart',
]
