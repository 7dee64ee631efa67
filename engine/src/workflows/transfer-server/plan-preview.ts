import { creationStatements } from '../../database/mariadb/administration.ts'
import type { TransferPreview } from '../../execution/transfer-preview.ts'
import { mappedCollations } from './findings-servers.ts'
import { comparedApps, needsMigrate } from './findings-versions.ts'
import type { SideFacts, TransferInput } from './input.ts'
import type { DiskNeed } from './plan-disk.ts'
import { isWeakFence } from './plan-steps.ts'
import { onServer } from './server-words.ts'
import { decideKeys, keepsQuiet, keySentence } from './site-keys.ts'
import { sourceStatements } from './source-rights.ts'
import { copiedAmounts } from './steps-beside.ts'

const LARGEST = 5

export function transferPreview(input: TransferInput, disk: DiskNeed[]): TransferPreview {
  const { source, target, newDatabase, name } = input
  const { database } = source
  const { hosts, server } = target.database
  const account = {
    ...{ database: newDatabase, user: newDatabase, hosts },
    ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_unicode_ci' },
  }
  return {
    source: sideOf(input, source, source.site.name, database.server.version),
    target: sideOf(input, target, name, server?.version ?? 'a server that was not reached'),
    copied: {
      ...copiedAmounts(input),
      views: database.views.length,
      triggers: database.triggers.length,
      sequences: database.sequences.length,
      routines: database.routines.length,
      largest: database.tables
        .toSorted((one, other) => other.dataBytes - one.dataBytes)
        .slice(0, LARGEST)
        .map(asAmount),
      withoutKey: database.tables.filter(({ primaryKey }) => primaryKey.length === 0).map(asAmount),
    },
    capture: 'triggers write down the key of each row that changes; the rows are copied again by their keys',
    fence: fenceOf(input),
    database: {
      name: newDatabase,
      user: newDatabase,
      hosts,
      statements: creationStatements(account),
      sourceStatements: sourceStatements(source),
    },
    collations: mappedCollations(input),
    files: (['public', 'private'] as const).flatMap((side) => {
      const { present, files, bytes } = source.files[side]
      return present ? [{ side, files, bytes }] : []
    }),
    leftOut: source.others.map((what) => ({ what, because: 'Frappe does not keep content of the site there' })),
    keys: decideKeys(input),
    encryptionKey: keySentence(input),
    migrate: migrateSentence(input),
    quarantine: {
      what: [
        'it sends no mail (mute_emails)',
        'it runs no scheduled jobs (pause_scheduler)',
        ...(keepsQuiet(input)
          ? ['its webhooks, SMS, Google and incoming mail are off']
          : ['nobody gets in (maintenance_mode)']),
      ],
      kept: keepsQuiet(input),
    },
    disk,
  }
}

const asAmount = ({ name, estimatedRows, dataBytes }: TransferInput['source']['database']['tables'][number]) => ({
  table: name,
  rows: estimatedRows,
  bytes: dataBytes,
})

function sideOf(input: TransferInput, side: SideFacts, site: string, database: string): TransferPreview['source'] {
  const wanted = new Set(comparedApps(input).map(({ name }) => name))
  return {
    server: onServer(side.server),
    bench: side.facts.path,
    site,
    frappe: side.facts.frappeVersion,
    apps: side.facts.apps
      .filter(({ name }) => wanted.has(name))
      .map(({ name, version, commit }) => ({ name, version, commit })),
    database,
  }
}

function fenceOf(input: TransferInput): string | null {
  const { request, source } = input
  if (request.clone || request.rehearse) return null
  const { user, hosts } = source.account
  return isWeakFence(input)
    ? 'maintenance of Frappe alone: what does not go by it goes on writing'
    : `${hosts.map((host) => `${user}@${host}`).join(', ')} may only read, and its connections are ended`
}

function migrateSentence(input: TransferInput): string | null {
  const apps = needsMigrate(input)
  if (apps.length === 0) return null
  const words = apps.map(({ name, source, target }) => {
    const [there, here] = [source?.version ?? 'unknown', target?.version ?? 'unknown']
    return there === here ? `${name} ${here}, another commit` : `${name} ${there} → ${here}`
  })
  return `bench migrate runs on the copy before it is opened: ${words.join(', ')}`
}
