import type { Finding } from '../../bench/finding.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import type { TransferInput } from './input.ts'
import { isWeakFence } from './plan-steps.ts'
import { onServer } from './server-words.ts'
import { isRenamed, keepsQuiet } from './site-keys.ts'
import { sufficientSourceGrants } from './source-rights.ts'

type Told = Pick<Finding, 'id' | 'severity' | 'title' | 'evidence' | 'remedies'>

/** What stands against the move on one of the two sides, or should be known before it. */
export function sideFindings(input: TransferInput): Finding[] {
  const told = [
    ...busy(input),
    ...tools(input),
    ...taken(input),
    ...sourceRights(input),
    ...secrets(input),
    ...cached(input),
    ...withoutKey(input),
    ...renamed(input),
  ]
  const { problem, facts, site } = input.source
  return [
    ...(problem === null ? [] : [problem]),
    ...told.map((one) => ({ ...one, subject: input.name })),
    ...findingsForSite(facts, site)
      .filter(({ severity }) => severity === 'critical')
      .map(asWarning),
  ]
}

/** What is wrong with the bench at the source is no reason to stay there: it is told. */
const asWarning = (finding: Finding): Finding => ({ ...finding, severity: 'warning' })

function busy({ source, target }: TransferInput): Told[] {
  return [source, target].flatMap((side) =>
    side.busy.map(({ pid, command }) => ({
      id: 'bench-busy',
      severity: 'critical' as const,
      title: `Something changes databases or code of the bench on ${onServer(side.server)} at this moment.`,
      evidence: `${side.facts.path}: process ${pid}: ${command}`,
      remedies: ['Wait until it is done.'],
    })),
  )
}

function tools({ source, target }: TransferInput): Told[] {
  return [source, target]
    .filter(({ hasRsync }) => !hasRsync)
    .map(({ server }) => ({
      id: 'rsync-missing',
      severity: 'critical' as const,
      title: `There is no rsync on ${onServer(server)}: files are copied with it.`,
      evidence: 'command -v rsync: nothing',
      remedies: ['sudo apt-get install rsync'],
    }))
}

/** The directory itself and names of other sites are refused before; what is left of an earlier site of this name is told. */
function taken({ target, name }: TransferInput): Told[] {
  const archived = target.facts.leftovers.filter(
    ({ kind, path }) => kind === 'archived' && path.split('/').at(-1)?.startsWith(name) === true,
  )
  return archived.map(({ path }) => ({
    id: 'name-archived',
    severity: 'information' as const,
    title: `An archived site of that name lies on the target; it stays as it is.`,
    evidence: path,
    remedies: [],
  }))
}

function sourceRights(input: TransferInput): Told[] {
  const { source, request } = input
  const { missingRights, problem } = source
  if (problem !== null || (missingRights !== null && missingRights.length === 0)) return []
  const grants = sufficientSourceGrants(source.site.databaseName ?? '').join(' ')
  if (isWeakFence(input))
    return [
      {
        id: 'weak-fence',
        severity: 'warning',
        title: 'Nothing but the maintenance of Frappe keeps writes off the source in the end.',
        evidence:
          'what holds a connection of its own (a job, a report, a program beside Frappe) goes on writing: such writes are lost',
        remedies: [
          `Name an account that may take the site's write rights: --source-admin-option-file FILE. Enough: ${grants}`,
        ],
      },
    ]
  if (request.clone || request.rehearse)
    return [
      {
        id: 'source-administrator-missing',
        severity: 'critical',
        title: missingTitle(missingRights, 'make an account for the copy'),
        evidence: source.facts.path,
        remedies: [`Name one in a file of mode 0600: --source-admin-option-file FILE. These grants suffice: ${grants}`],
      },
    ]
  return [
    {
      id: 'source-administrator-missing',
      severity: 'critical',
      title: missingTitle(missingRights, "take the site's write rights for the moment of the switch"),
      evidence: source.facts.path,
      remedies: [
        `Name one in a file of mode 0600: --source-admin-option-file FILE. Root of the database is not needed. These grants suffice: ${grants}`,
      ],
    },
  ]
}

const missingTitle = (missing: string[] | null, what: string): string =>
  missing === null
    ? `At the source an account that may ${what} is needed, and none was given.`
    : `The administrator's account at the source may not do all that is needed: ${missing.join(', ')}.`

function secrets({ source, request }: TransferInput): Told[] {
  const { total, opening } = source.database.secrets
  if (total === 0 || opening > 0) return []
  const accepts = request.acceptUndecryptable.includes('all')
  return [
    {
      id: 'key-missing',
      severity: accepts ? 'information' : 'warning',
      title: 'None of the stored secrets opens at the source; they will not open at the target either.',
      evidence: `${total} encrypted secrets`,
      remedies: ['Find the encryption_key the site had, before the move or after it: they wait for it.'],
    },
  ]
}

function cached({ source, request }: TransferInput): Told[] {
  if (request.clone || Number.parseInt(source.facts.frappeVersion ?? '0', 10) < 16) return []
  return [
    {
      id: 'cached-configuration',
      severity: 'information',
      title:
        'Web workers of Frappe 16 keep the configuration for up to a minute: visitors may meet refused writes until they say 503.',
      evidence: `Frappe ${source.facts.frappeVersion}`,
      remedies: [],
    },
  ]
}

/** More than this is told: it is copied while the site stands still. */
const LARGE_BYTES = 64 * 1024 * 1024

function withoutKey({ source }: TransferInput): Told[] {
  const tables = source.database.tables.filter(
    ({ primaryKey, dataBytes }) => primaryKey.length === 0 && dataBytes > LARGE_BYTES,
  )
  if (tables.length === 0) return []
  return [
    {
      id: 'tables-without-key',
      severity: 'warning',
      title: 'Large tables have no primary key: they are copied whole while the site stands still.',
      evidence: tables.map(({ name, dataBytes }) => `${name} ${Math.ceil(dataBytes / 1024 / 1024)} MiB`).join(', '),
      remedies: ['Give them a primary key, or empty them, if they are not needed.'],
    },
  ]
}

function renamed(input: TransferInput): Told[] {
  if (!isRenamed(input) || !keepsQuiet(input)) return []
  const { name, source } = input
  return [
    {
      id: 'links-name-the-source',
      severity: 'information',
      title: `Links in the copy go on naming ${source.site.name}.`,
      evidence: 'a copy is not renamed',
      remedies: [
        `On the target, if they shall follow: frappe-migrator rename-domain --source ${source.site.name} --target ${name} --site ${name}`,
      ],
    },
  ]
}
