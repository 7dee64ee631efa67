import type { BenchFacts, NameSource } from '../../bench/bench-facts.ts'
import { CRONTAB_UNREADABLE } from '../../bench/machine-files.ts'
import type { Plan } from '../../execution/plan.ts'
import { outsideSystems } from '../../rewrite/fields/outside-systems.ts'
import type { RenameNames } from './names.ts'
import type { RenameInput } from './plan.ts'
import type { LinkEdit } from './plan-links.ts'
import type { NginxPlan } from './plan-nginx.ts'
import type { ConfigurationEdit } from './plan-site-config.ts'
import type { TextFileEdits } from './plan-text-files.ts'

export function configurationPreview({
  facts,
  names,
  keys,
  textFiles,
  links,
  nginx,
}: {
  facts: BenchFacts
  names: RenameNames
  keys: ConfigurationEdit[]
  textFiles: TextFileEdits[]
  links: LinkEdit[]
  nginx: NginxPlan | null
}): Plan['preview']['configuration'] {
  const { directory } = names
  return [
    ...(directory
      ? [{ file: `${facts.path}/sites`, what: 'directory', before: directory.from, after: directory.to }]
      : []),
    ...links.map(({ link, from, to }) => ({ file: link, what: 'link', before: from, after: to })),
    ...keys.map(({ file, what, before, after }) => ({ file, what, before, after })),
    ...textFiles.flatMap((file) =>
      file.shown.map(({ line, before, after }) => ({ file: file.path, what: `line ${line}`, before, after })),
    ),
    ...(nginx?.plan.changes ?? []).map((change) => ({
      file: change.file,
      what: `line ${change.line}: ${change.what}`,
      before: change.before === '' ? null : change.before,
      after: change.after,
    })),
  ]
}

export function servicesPreview({ facts, names }: RenameInput, nginx: NginxPlan | null): string[] {
  const queue = facts.redis.some((redis) => redis.purpose === 'queue' && redis.reachable) && names.directory !== null
  return [
    `the site ${names.site.name}: maintenance on, scheduler paused, both put back as they were`,
    ...(queue
      ? [
          'background workers of the whole bench: pause for about a second while jobs and directory move; nothing is restarted',
        ]
      : []),
    ...(nginx?.files.length
      ? [
          facts.nginx?.master
            ? 'nginx: configuration checked (nginx -t), then reloaded'
            : 'nginx does not run: its files are edited, nothing is reloaded',
        ]
      : []),
    ...(facts.servedBy === 'gunicorn' ? ['gunicorn: not restarted (a moved directory serves at once)'] : []),
  ]
}

/** Names that stay, the site's own also where no value holds them, with the places of the configuration that keep them. */
export function offeredNames({ database, names }: RenameInput): Plan['preview']['offered'] {
  return database.occurrences.others.flatMap(({ host, values, samples }) => {
    const known = names.others.find((name) => name.host === host)
    if (values === 0 && known === undefined) return []
    const places = [...new Set((known?.sources ?? []).map(({ from }) => PLACES[from]))].join(', ')
    const what =
      host === names.ambiguous
        ? `${host}: too common a name to be rewritten unasked`
        : host === names.source.host
          ? `${host} without port ${names.source.port}`
          : `${host}: another name of the site${places === '' ? '' : `, which stays in ${places}`}`
    return [{ what, values, switch: `--also-rewrite ${host}`, samples }]
  })
}

const PLACES: Record<NameSource, string> = {
  directory: "the directory's name",
  host_name: 'host_name',
  domains: 'domains',
  wildcard: 'the wildcard',
  default_site: 'default_site',
  nginx: 'nginx',
  'hosts-file': 'the hosts file',
  currentsite: 'currentsite.txt',
}

export function outsidePreview({ facts, names, database }: RenameInput): Plan['preview']['outside'] {
  const external = database.occurrences.columns
    .filter((column) => column.action === 'external' && column.values + column.bare > 0)
    .map((column) => ({
      system: column.label,
      action: column.reason,
      because: `${column.values + column.bare} values name the old host`,
    }))
  const siteConfigKeys = [...Object.keys(names.site.config.value ?? {}), ...Object.keys(facts.commonConfig.value ?? {})]
  const systems = outsideSystems({
    oldHost: names.source.host,
    newHost: names.target,
    doctypesWithRows: database.doctypesWithRows,
    hasTls: names.site.tls,
    siteConfigKeys,
  })
  return [...systems, ...external]
}

export function manualSteps(
  { facts, names, request }: RenameInput,
  nginx: NginxPlan | null,
  byHand: TextFileEdits[],
): string[] {
  const development = facts.servedBy === 'bench-serve' || facts.processManager.kind === 'procfile'
  const served = facts.commonConfig.value?.['default_site'] === names.site.name
  return [
    ...byHand.flatMap((file) =>
      file.edits.map((edit) => {
        const words = [...new Set(edit.words.map(({ from, to }) => `${from} → ${to}`))].join(', ')
        const as = file.kind === 'user-crontab' ? 'as that user' : 'as root'
        return `Edit ${file.path}, line ${edit.line}, ${as}: ${words}`
      }),
    ),
    ...facts.findings
      .filter(({ id }) => id === CRONTAB_UNREADABLE)
      .map(
        ({ subject, evidence }) =>
          `Look whether a crontab that could not be read (${evidence}) names the site: sudo grep -rn '${names.site.name}' '${subject}'`,
      ),
    ...(development && served && names.directory
      ? [
          'Restart bench start (or bench serve): the development server was started for the old name and answers with it until then.',
        ]
      : []),
    ...(nginx === null && request.redirect && names.again === undefined
      ? ['nginx does not serve this site, so there is no redirect from the old name; a proxy in front must send it on.']
      : []),
    ...(request.rebuildSearch
      ? []
      : [
          `The search index still shows old links in its excerpts: bench --site ${names.directory?.to ?? names.site.name} rebuild-global-search, when convenient (or --rebuild-search).`,
        ]),
  ]
}
