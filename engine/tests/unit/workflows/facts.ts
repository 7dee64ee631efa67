import type { BenchFacts, NameSource, SiteFacts, SiteName } from '../../../src/bench/bench-facts.ts'
import { canonicalHost } from '../../../src/bench/host-name.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'

const BENCH = '/home/frappe/frappe-bench'

export const nameOf = (host: string, from: NameSource = 'domains', more: Partial<SiteName> = {}): SiteName => ({
  host,
  port: null,
  scheme: null,
  sources: [{ from, where: 'there' }],
  ...more,
})

/** A site that nothing is special about; its directory is one of its names. */
export function siteOf(name: string, more: Partial<SiteFacts> & { keys?: Record<string, unknown> } = {}): SiteFacts {
  const { keys = {}, names = [], ...rest } = more
  const value = { db_name: `_${name}`, ...keys }
  return {
    name,
    path: `${BENCH}/sites/${name}`,
    linkTarget: null,
    config: { path: `${BENCH}/sites/${name}/site_config.json`, exists: true, text: JSON.stringify(value), value },
    configMode: 0o600,
    ownerId: 1000,
    names: [nameOf(canonicalHost(name), 'directory'), ...names],
    database: null,
    databaseKind: 'mariadb',
    databaseName: `_${name}`,
    maintenanceMode: null,
    pauseScheduler: null,
    tls: false,
    certificate: null,
    filesBytes: 0,
    ...rest,
  }
}

export function factsOf(
  sites: SiteFacts[],
  more: Partial<BenchFacts> & { common?: Record<string, unknown> } = {},
): BenchFacts {
  const { common = {}, ...rest } = more
  return {
    path: BENCH,
    kind: 'bench-5',
    traces: [],
    benchVersion: '5.31.0',
    ownerId: 1000,
    ownerName: 'frappe',
    ownerGroupId: 1000,
    python: null,
    frappeVersion: '15.55.1',
    benchId: 'frappe-bench',
    apps: [],
    sites,
    links: [],
    leftovers: [],
    commonConfig: {
      path: `${BENCH}/sites/common_site_config.json`,
      exists: true,
      text: JSON.stringify(common),
      value: common,
    },
    currentSite: null,
    ports: [],
    processManager: { kind: 'none', where: [], running: [] },
    servedBy: 'none',
    redis: [],
    nginx: null,
    certificates: [],
    hostsEntries: [],
    crontab: [],
    findings: [],
    ...rest,
  }
}

export const requestOf = (source: string, target: string, more: Partial<RenameRequest> = {}): RenameRequest => ({
  source,
  target,
  site: null,
  renameDirectory: 'auto',
  alsoRewrite: [],
  url: null,
  include: [],
  exclude: [],
  certificate: null,
  certificateKey: null,
  redirect: true,
  rebuildSearch: false,
  deep: false,
  waitForJobsSeconds: 120,
  nginxConfig: null,
  hostsFile: null,
  crontabDirectories: null,
  ...more,
})
