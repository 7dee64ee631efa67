import type { AppFacts, SiteFacts } from '../../../src/bench/bench-facts.ts'
import { changeKinds } from '../../../src/changes/registry.ts'
import type { ServerFacts } from '../../../src/database/mariadb/server-facts.ts'
import type { TableSchema } from '../../../src/database/site-database.ts'
import type {
  SideFacts,
  SourceFacts,
  TargetFacts,
  TransferInput,
} from '../../../src/workflows/transfer-server/input.ts'
import type { TransferRequest } from '../../../src/workflows/transfer-server/request.ts'
import { factsOf, siteOf } from './facts.ts'

export const appAt = (name: string, version: string, more: Partial<AppFacts> = {}): AppFacts => ({
  ...{ name, version, branch: 'version-15', commit: '1'.repeat(40), path: `/home/frappe/frappe-bench/apps/${name}` },
  ...more,
})

const table = (name: string, more: Partial<TableSchema> = {}): TableSchema => ({
  ...{ name, primaryKey: ['name'], uniqueColumns: [], columns: [], dataBytes: 1000, estimatedRows: 10 },
  ...more,
})

export const serverOf = (version = '10.11.6-MariaDB', more: Partial<ServerFacts> = {}): ServerFacts => ({
  version,
  collations: ['utf8mb4_unicode_ci', 'utf8mb4_bin'],
  characterSets: ['utf8mb4'],
  maxAllowedPacket: 64 << 20,
  accountHost: 'localhost',
  seenFrom: 'localhost',
  engines: ['InnoDB'],
  settings: { sqlMode: '', lowerCaseTableNames: 0, localInfile: true, binaryLog: false, clockSeconds: 0 },
  ...more,
})

export const requestOf = (more: Partial<TransferRequest> = {}): TransferRequest => ({
  ...{ sourceServer: 'old', targetServer: 'local', sshConfig: null, sourceBench: null, targetBench: null },
  ...{ site: 'erp.example.com', targetDomain: null, clone: false, sourceAdministratorFile: null },
  ...{ administratorFile: null, hold: false, rehearse: false, forward: true, keepQuarantine: false },
  ...{ acceptWeakFence: false, installMissingApps: false, acceptUndecryptable: [], waitForJobsSeconds: 120 },
  ...{ nginxConfig: null, sourceNginxConfig: null, hostsFile: null, crontabDirectories: null },
  ...more,
})

function sideOf(server: string, sites: SiteFacts[], apps: AppFacts[]): SideFacts {
  return {
    ...{ server, userName: 'frappe', facts: factsOf(sites, { apps }), identity: `boot-${server} 1:1` },
    checkouts: [{ app: 'erpnext', url: 'https://github.com/frappe/erpnext', changedFiles: 0 }],
    ...{ python: '3.11.2', node: '18.0.0', clockSeconds: 0, busy: [], diskBytesFree: 10 ** 12, hasRsync: true },
  }
}

export interface Told {
  request?: Partial<TransferRequest>
  keys?: Record<string, unknown>
  source?: Partial<SourceFacts>
  target?: Partial<TargetFacts>
  sourceApps?: AppFacts[]
  targetApps?: AppFacts[]
  name?: string
}

const APPS = [appAt('frappe', '15.55.1'), appAt('erpnext', '15.53.0')]

/** Two benches of the same versions, and a site that nothing is special about. */
export function inputOf(told: Told = {}): TransferInput {
  const site = siteOf('erp.example.com', { keys: { encryption_key: 'key', ...told.keys } })
  const source: SourceFacts = {
    ...sideOf('old', [site], told.sourceApps ?? APPS),
    site,
    database: {
      server: serverOf(),
      tables: [table('tabItem'), table('tabLarge', { dataBytes: 10 ** 9 })],
      totalBytes: 2 * 10 ** 9,
      ...{ views: [], triggers: [], sequences: [], routines: [], collations: [] },
      installedApps: (told.sourceApps ?? APPS).map(({ name }) => name),
      secrets: { total: 3, opening: 3 },
    },
    files: { public: { present: true, files: 2, bytes: 20 }, private: { present: false, files: 0, bytes: 0 } },
    ...{ others: [], place: { host: '127.0.0.1', port: 3306, socket: null }, runAccount: 'migrator_1' },
    ...{ account: { user: '_erp', hosts: ['localhost'] }, missingRights: [], problem: null },
    ...told.source,
  }
  const target: TargetFacts = {
    ...sideOf('local', [], told.targetApps ?? APPS),
    database: {
      ...{ place: { host: '127.0.0.1', port: 3306, socket: null }, server: serverOf(), hosts: ['localhost'] },
      ...{ missingRights: [], problem: null, freeBytes: null },
    },
    commits: {},
    ...told.target,
  }
  const request = requestOf(told.request)
  const visitors = {
    ...{ serve: null, forward: null, findings: [] },
    ...{ privileged: { source: [], target: [] }, writable: { source: [], target: [] } },
  }
  return { request, source, target, visitors, name: told.name ?? site.name, newDatabase: '_new', now: new Date(0) }
}

/** Kinds of other parts that a plan names, where they are not there yet. */
const OTHERS = 'run-account capture-changes copy-database copy-files copy-changes hold write-fence remove-capture'
export const kinds = new Map<string, { describe(params: never): string; undo: 'exact' | 'regenerate' | 'none' }>([
  ...OTHERS.split(' ').map((kind) => [kind, { describe: () => kind, undo: 'exact' as const }] as const),
  ...changeKinds,
])
