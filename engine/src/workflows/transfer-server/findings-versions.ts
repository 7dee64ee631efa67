import { compareVersions } from '../../backup/judge-versions.ts'
import type { AppFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import { getAppCommands } from './bench-commands.ts'
import { appOf, type TransferInput } from './input.ts'

/** How the code of an app at the target stands to that at the source. */
export interface AppComparison {
  name: string
  source: AppFacts | null
  target: AppFacts | null
  verdict: 'same' | 'newer' | 'older' | 'missing' | 'unknown'
}

/** The apps the site has installed; where it does not say, those of its bench. */
export function comparedApps({ source, target }: TransferInput): AppComparison[] {
  const names = source.database.installedApps ?? source.facts.apps.map(({ name }) => name)
  return names.map((name): AppComparison => {
    const [there, here] = [appOf(source, name) ?? null, appOf(target, name) ?? null]
    if (here === null) return { name, source: there, target: null, verdict: 'missing' }
    return { name, source: there, target: here, verdict: verdictOf(there, here, target.commits[name]) }
  })
}

function verdictOf(
  source: AppFacts | null,
  target: AppFacts,
  commits: TransferInput['target']['commits'][string] | undefined,
): AppComparison['verdict'] {
  if (source?.version != null && target.version !== null) {
    const order = compareVersions(source.version, target.version)
    if (order !== 0) return order > 0 ? 'older' : 'newer'
  }
  // Images without git have no commit; then the version is all there is.
  if (source?.commit == null || target.commit === null || source.commit === target.commit) return 'same'
  return commits ?? 'unknown'
}

/** Whether the database has to be brought up to the code at the target. */
export const needsMigrate = (input: TransferInput): AppComparison[] =>
  comparedApps(input).filter(({ verdict }) => verdict === 'newer' || verdict === 'unknown')

const shortOf = (app: AppFacts | null): string =>
  app === null ? 'not there' : [app.version ?? 'version unknown', app.commit?.slice(0, 9)].filter(Boolean).join(' ')

const majorMinor = (version: string | null): string | null => /^\d+\.\d+/.exec(version ?? '')?.[0] ?? null

/** Apps, Frappe, Python and Node of both sides against each other. */
export function versionFindings(input: TransferInput): Finding[] {
  const apps = comparedApps(input)
  return [
    ...missingApps(input, apps),
    ...olderApps(input, apps),
    ...unknownOrder(input, apps),
    ...localChanges(input, apps),
    ...interpreters(input),
  ]
}

function missingApps({ source, target, request, name }: TransferInput, apps: AppComparison[]): Finding[] {
  const missing = apps.filter(({ verdict }) => verdict === 'missing')
  if (missing.length === 0 || request.installMissingApps) return []
  return [
    {
      id: 'apps-missing',
      severity: 'critical',
      title: `The target has not all apps of the site: ${missing.map((app) => app.name).join(', ')}.`,
      evidence: missing.map((app) => `${app.name} ${shortOf(app.source)} at the source`).join('; '),
      remedies: [
        `On the target: cd ${target.facts.path} && ${missing.flatMap((app) => getAppCommands(source, app.name)).join(' && ')}`,
        'Or let the plan do it: --install-missing-apps',
      ],
      subject: name,
    },
  ]
}

function olderApps({ target, name }: TransferInput, apps: AppComparison[]): Finding[] {
  return apps
    .filter(({ verdict }) => verdict === 'older')
    .map((app) => ({
      id: app.name === 'frappe' ? 'frappe-newer' : 'app-newer',
      severity: 'critical',
      title: `${app.name} at the target is older than at the source: a downgrade breaks the site.`,
      evidence: `source ${shortOf(app.source)}, target ${shortOf(app.target)}`,
      remedies: [
        `On the target: cd ${target.facts.path} && bench update --apps ${app.name}, or switch it to the source's commit: git -C apps/${app.name} fetch --depth 1 upstream ${app.source?.commit ?? 'COMMIT'} && git -C apps/${app.name} checkout ${app.source?.commit ?? 'COMMIT'}, then bench setup requirements && bench build`,
      ],
      subject: name,
    }))
}

function unknownOrder({ name }: TransferInput, apps: AppComparison[]): Finding[] {
  return apps
    .filter(({ verdict }) => verdict === 'unknown')
    .map((app) => ({
      id: 'app-commits-differ',
      severity: 'warning',
      title: `${app.name} is at another commit at the target, and git cannot tell which of them is newer.`,
      evidence: `source ${shortOf(app.source)}, target ${shortOf(app.target)}`,
      remedies: [
        'Make sure that the target has all the source has. bench migrate runs on the copy before the site is opened.',
      ],
      subject: name,
    }))
}

function localChanges({ source, target, name }: TransferInput, apps: AppComparison[]): Finding[] {
  return (['source', 'target'] as const).flatMap((side): Finding[] => {
    const { checkouts, facts } = side === 'source' ? source : target
    const changed = checkouts.filter((one) => one.changedFiles > 0 && apps.some((app) => app.name === one.app))
    if (changed.length === 0) return []
    return [
      {
        id: 'app-changed-locally',
        severity: 'warning',
        title:
          side === 'source'
            ? 'Apps at the source were changed by hand; these changes are not in the code at the target.'
            : 'Apps at the target were changed by hand.',
        evidence: changed.map(({ app, changedFiles }) => `${app}: ${changedFiles} changed files`).join('; '),
        remedies: [`Look at them: git -C ${facts.path}/apps/${changed[0]?.app ?? ''} diff`],
        subject: name,
      },
    ]
  })
}

function interpreters({ source, target, name }: TransferInput): Finding[] {
  const pairs = [
    ['Python', majorMinor(source.python), majorMinor(target.python)],
    ['Node', /^\d+/.exec(source.node ?? '')?.[0] ?? null, /^\d+/.exec(target.node ?? '')?.[0] ?? null],
  ] as const
  const different = pairs.filter(([, one, other]) => one !== null && other !== null && one !== other)
  if (different.length === 0) return []
  return [
    {
      id: 'interpreters-differ',
      severity: 'information',
      title: 'Python or Node are of other versions at the target.',
      evidence: different.map(([what, one, other]) => `${what} ${one} → ${other}`).join('; '),
      remedies: [],
      subject: name,
    },
  ]
}
