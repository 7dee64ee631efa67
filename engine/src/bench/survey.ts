import { resolve } from 'node:path'
import type { Host } from '../host/host.ts'
import { CRONTAB_DIRECTORIES } from '../services/cron.ts'
import type { HostsEntry } from '../services/hosts-file.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import { SUPERVISOR_DIRECTORIES } from '../services/supervisor.ts'
import { SYSTEMD_DIRECTORIES } from '../services/systemd.ts'
import { readTextFile } from '../services/text-file.ts'
import { readApps } from './apps.ts'
import type {
  AppFacts,
  BenchFacts,
  CertificateFacts,
  CrontabLine,
  LeftoverFacts,
  ProcessManagerFacts,
  RedisFacts,
} from './bench-facts.ts'
import { readRunning } from './bench-processes.ts'
import { readBenchVersion } from './bench-version.ts'
import { readCertificates } from './certificates.ts'
import { checkCommonConfig } from './common-config.ts'
import { numberAt, textAt } from './config-keys.ts'
import { crontabOfBench } from './crontab.ts'
import { findDuplicateDatabases } from './duplicate-databases.ts'
import { looksLikeBench, notABench } from './find-bench.ts'
import type { Finding } from './finding.ts'
import { readJsonFile } from './json-file.ts'
import { readBenchId, readLayout } from './layout.ts'
import { readCrontabPart, readHosts, readNginxPart } from './machine-files.ts'
import { type Owner, readOwner } from './owner.ts'
import { DEFAULT_WEB_PORT, readPorts } from './ports.ts'
import { readProcessManager } from './process-manager.ts'
import { type Reading, readPart } from './reading.ts'
import { readRedis } from './redis.ts'
import { readArchivedSites, readSiteDirectories, type SiteDirectories } from './site-directories.ts'
import { composeSites, readSites, type SiteOnDisk } from './sites.ts'

/** Where the machine keeps what the survey reads outside the bench; each has the usual place as default. */
export interface SurveyOptions {
  /** Main configuration of nginx. Default: as the running nginx or its build says. */
  nginxConfig?: string
  hostsFile?: string
  crontabDirectories?: string[]
  supervisorDirectories?: string[]
  systemdDirectories?: string[]
  letsencryptLive?: string
  passwordFile?: string
  /** Limit of each part, not of the whole. Default 5,000. */
  timeoutMilliseconds?: number
}

const REDIS_TIMEOUT_MILLISECONDS = 1000

/** A part that notices nothing. */
const plain = async <Value>(work: Promise<Value>): Promise<Reading<Value>> => ({ value: await work, findings: [] })

/**
 * Reads a bench and what the machine knows of it into one value; changes nothing. Whatever is broken, unreadable or slow becomes a finding.
 * @throws MigratorError `not-a-bench` (usage).
 */
export async function surveyBench(host: Host, path: string, options: SurveyOptions = {}): Promise<BenchFacts> {
  const bench = resolve(path)
  if (!(await looksLikeBench(host, bench))) throw notABench(bench, `${bench} holds no sites/ beside apps/`)
  const realPath = await host.realPath(bench)
  const benchPaths = [...new Set([bench, realPath])]
  const timeout = options.timeoutMilliseconds ?? 5000
  const findings: Finding[] = []
  const part = async <Value>(name: string, fallback: Value, read: () => Promise<Reading<Value>>): Promise<Value> => {
    const reading = await readPart(name, timeout, fallback, read)
    findings.push(...reading.findings)
    return reading.value
  }

  const commonPath = `${bench}/sites/common_site_config.json`
  const currentPath = `${bench}/sites/currentsite.txt`
  const noJson = { path: commonPath, exists: false, text: null, value: null }
  const noDirectories: SiteDirectories = { sites: [], links: [], leftovers: [], findings: [] }
  const unknownLayout = { kind: 'unknown' as const, traces: [], python: null }
  const unknownOwner: Owner = { userId: -1, name: 'unknown', groupId: -1, home: null }

  const [layout, owner, apps, commonConfig, currentSite, directories, archived, processes, listeners, hostsEntries] =
    await Promise.all([
      part('layout of the bench', unknownLayout, () => plain(readLayout(host, bench))),
      part('owner of the bench', unknownOwner, () =>
        plain(readOwner(host, realPath, options.passwordFile ?? '/etc/passwd')),
      ),
      part<AppFacts[]>('apps', [], () => readApps(host, bench)),
      part('common_site_config.json', noJson, () => readJsonFile(host, commonPath)),
      part('currentsite.txt', null, async () => {
        const read = await readTextFile(host, currentPath)
        return { value: read.state === 'read' ? { path: currentPath, text: read.text } : null, findings: [] }
      }),
      part('sites directory', noDirectories, async () => {
        const value = await readSiteDirectories(host, bench)
        return { value, findings: value.findings }
      }),
      part<LeftoverFacts[]>('archived sites', [], () => plain(readArchivedSites(host, bench))),
      part('list of processes', [], () => plain(host.processes())),
      part('listening ports', [], () => plain(host.listeners())),
      part<HostsEntry[]>('hosts file', [], () => readHosts(host, options.hostsFile ?? '/etc/hosts')),
    ])

  const common = commonConfig.value
  const [sitesOnDisk, nginx, benchVersion, benchId, processManager, redis, crontabs] = await Promise.all([
    part<SiteOnDisk[]>('sites', [], () => readSites(host, directories.sites, owner)),
    part<NginxFacts | null>('nginx configuration', null, () =>
      readNginxPart(host, options.nginxConfig, processes, benchPaths),
    ),
    part<string | null>('version of bench', null, () => plain(readBenchVersion(host, owner.home))),
    part('bench id', '', () => plain(readBenchId(host, bench, textAt(common, 'bench_id')))),
    part<Omit<ProcessManagerFacts, 'running'>>('process manager', { kind: 'none', where: [] }, () =>
      readProcessManager(host, bench, benchPaths, {
        supervisor: options.supervisorDirectories ?? SUPERVISOR_DIRECTORIES,
        systemd: options.systemdDirectories ?? SYSTEMD_DIRECTORIES,
      }),
    ),
    part<RedisFacts[]>('Redis', [], () => readRedis(common, Math.min(timeout, REDIS_TIMEOUT_MILLISECONDS))),
    part<CrontabLine[]>('crontabs', [], () =>
      readCrontabPart(host, options.crontabDirectories ?? CRONTAB_DIRECTORIES, owner.name, timeout),
    ),
  ])

  const composed = composeSites({ sites: sitesOnDisk, commonConfig, currentSite, nginx, hostsEntries, benchPaths })
  const sites = composed.value
  const duplicates = findDuplicateDatabases(sites)
  const ports = readPorts(common, listeners, processes, benchPaths)
  const webPort = numberAt(common, 'webserver_port') ?? DEFAULT_WEB_PORT
  const running = readRunning(processes, listeners, webPort, benchPaths)
  const certificates = await part<CertificateFacts[]>('certificates', [], () =>
    readCertificates(host, sites, common, nginx, options.letsencryptLive ?? '/etc/letsencrypt/live', new Date()),
  )
  findings.push(
    ...composed.findings,
    ...duplicates.findings,
    ...ports.findings,
    ...running.findings,
    ...checkCommonConfig(commonConfig, directories),
  )

  return {
    path: bench,
    ...layout,
    benchVersion,
    ownerId: owner.userId,
    ownerName: owner.name,
    ownerGroupId: owner.groupId,
    frappeVersion: apps.find(({ name }) => name === 'frappe')?.version ?? null,
    benchId,
    apps,
    sites,
    links: directories.links,
    leftovers: [...directories.leftovers, ...duplicates.value, ...archived],
    commonConfig,
    currentSite,
    ports: ports.value,
    processManager: { ...processManager, running: running.running },
    servedBy: running.servedBy,
    redis,
    nginx,
    certificates,
    hostsEntries,
    crontab: crontabOfBench(crontabs, sites, benchPaths),
    findings: sortFindings(findings),
  }
}

const RANK: Record<Finding['severity'], number> = { critical: 0, warning: 1, information: 2 }

/** Worst first; parts end in no fixed order, so equal ones are put in a stable one. */
function sortFindings(findings: Finding[]): Finding[] {
  const order = ({ severity, subject, id, evidence }: Finding) => `${RANK[severity]} ${subject} ${id} ${evidence}`
  return [...findings].sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
