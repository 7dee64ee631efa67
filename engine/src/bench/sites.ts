import type { Host } from '../host/host.ts'
import type { HostsEntry } from '../services/hosts-file.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import type { JsonFile, SiteFacts } from './bench-facts.ts'
import { databaseOf } from './database-address.ts'
import { type CountingBudget, countBytes } from './directory-size.ts'
import type { Finding } from './finding.ts'
import { readJsonFile } from './json-file.ts'
import { namesOfSite } from './names.ts'
import { readNginxSites } from './nginx-names.ts'
import type { Owner } from './owner.ts'
import type { Reading } from './reading.ts'
import type { SiteDirectory } from './site-directories.ts'
import { tlsOfSite } from './site-tls.ts'

/** A site as its own directory tells it; names and TLS need the rest of the machine. */
export interface SiteOnDisk {
  directory: SiteDirectory
  config: JsonFile
  configMode: number | null
  filesBytes: number | null
}

/** All sites together get this much for counting files; a number that takes longer is not worth waiting for. */
const COUNTING: { entries: number; milliseconds: number } = { entries: 30_000, milliseconds: 700 }

async function readSite(
  host: Host,
  directory: SiteDirectory,
  owner: Owner,
  budget: CountingBudget,
): Promise<Reading<SiteOnDisk>> {
  const configPath = `${directory.path}/site_config.json`
  const [config, status, filesBytes] = await Promise.all([
    readJsonFile(host, configPath),
    host.status(configPath).catch(() => null),
    countBytes(host, directory.linkTarget ?? directory.path, budget, 'db'),
  ])
  const findings: Finding[] = [...config.findings]
  if (directory.status.userId !== owner.userId) {
    findings.push({
      id: 'site-owner-differs',
      severity: 'warning',
      title: `Site ${directory.name} belongs to another user than the bench.`,
      evidence: `${directory.path}: user id ${directory.status.userId}; the bench: ${owner.name} (${owner.userId})`,
      remedies: [`sudo chown -R ${owner.name} ${directory.path}`],
      subject: directory.name,
    })
  }
  if (status !== null && (status.mode & 0o004) !== 0) {
    findings.push({
      id: 'config-world-readable',
      severity: 'information',
      title: `Every user of this machine can read the database password in ${configPath}.`,
      evidence: `${configPath}: mode ${status.mode.toString(8)}`,
      remedies: [`chmod 640 ${configPath}`],
      subject: configPath,
    })
  }
  return { value: { directory, config: config.value, configMode: status?.mode ?? null, filesBytes }, findings }
}

/** Reads every site's own directory, side by side. */
export async function readSites(
  host: Host,
  directories: SiteDirectory[],
  owner: Owner,
): Promise<Reading<SiteOnDisk[]>> {
  const budget = { entriesLeft: COUNTING.entries, until: Date.now() + COUNTING.milliseconds }
  const read = await Promise.all(directories.map((directory) => readSite(host, directory, owner, budget)))
  return { value: read.map(({ value }) => value), findings: read.flatMap(({ findings }) => findings) }
}

/** Puts together what the site's directory, the bench's configuration, nginx and the hosts file say of each site. Pure. */
export function composeSites(parts: {
  sites: SiteOnDisk[]
  commonConfig: JsonFile
  currentSite: { path: string; text: string } | null
  nginx: NginxFacts | null
  hostsEntries: HostsEntry[]
  benchPaths: string[]
}): Reading<SiteFacts[]> {
  const nginxSite = readNginxSites(parts.nginx, parts.benchPaths)
  const ownPaths = new Set(
    parts.sites.flatMap(({ directory }) => (directory.linkTarget === null ? [directory.name] : [])),
  )
  const findings: Finding[] = []
  const sites = parts.sites.map(({ directory, config, configMode, filesBytes }): SiteFacts => {
    const { name, path, linkTarget, status } = directory
    const served = nginxSite(name)
    const target = linkTarget?.slice(linkTarget.lastIndexOf('/') + 1)
    const database = databaseOf({ name, path, configPath: config.path }, config.value, parts.commonConfig.value)
    findings.push(...database.findings)
    const names = namesOfSite({
      name,
      path,
      aliasOfSite:
        target !== undefined &&
        ownPaths.has(target) &&
        parts.benchPaths.some((bench) => linkTarget === `${bench}/sites/${target}`),
      config: config.value,
      configPath: config.path,
      common: parts.commonConfig.value,
      commonPath: parts.commonConfig.path,
      currentSite: parts.currentSite,
      nginx: served.mentions,
      hostsEntries: parts.hostsEntries,
    })
    const flag = (key: string) => config.value?.[key] ?? null
    return {
      name,
      path,
      linkTarget,
      config,
      configMode,
      ownerId: status.userId,
      names,
      ...database.value,
      maintenanceMode: flag('maintenance_mode'),
      pauseScheduler: flag('pause_scheduler'),
      ...tlsOfSite(names, served.tlsServers, config.value, parts.commonConfig.value),
      filesBytes,
    }
  })
  return { value: sites, findings }
}
