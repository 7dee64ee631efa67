import { dirname } from 'node:path'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import { noOtherPlace } from '../../bench/place.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import { surveyBench } from '../../bench/survey.ts'
import { openSiteDatabase } from '../../database/open.ts'
import { readRuns } from '../../execution/all-runs.ts'
import type { Plan, SitePlace } from '../../execution/plan.ts'
import { benchHome } from '../../execution/run-home.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { inspectCertificate } from '../../services/certificates.ts'
import { askBefore } from '../ask-before.ts'
import { type MigrationProfile, refuseContradicted } from '../migration-profile.ts'
import { type DatabaseSurveyOptions, surveyDatabase } from './database-facts.ts'
import { type RenameNames, resolveNames } from './names.ts'
import { planRename } from './plan.ts'
import type { RenameRequest } from './request.ts'

/** Surveys bench and database and makes the plan; changes nothing. */
export async function prepareRename(
  host: Host,
  benchPath: string,
  request: RenameRequest,
  options: DatabaseSurveyOptions & { surveyed?: BenchFacts; profile?: MigrationProfile | null },
): Promise<Plan> {
  try {
    return await prepare(host, benchPath, request, options)
  } catch (error) {
    throw asRefusal(error)
  }
}

/** A plan that cannot be made is a run that was never begun, whatever the reader below says of it. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof MigratorError)) return error
  const { code, kind, message, evidence, untouched, hint, failureClass } = error
  return new MigratorError({
    code,
    kind: kind === 'failed' ? 'refused' : kind,
    message,
    untouched: untouched ?? 'Nothing was changed.',
    cause: error,
    ...(evidence === undefined ? {} : { evidence }),
    ...(hint === undefined ? {} : { hint }),
    ...(failureClass === undefined ? {} : { failureClass }),
  })
}

async function prepare(
  host: Host,
  benchPath: string,
  request: RenameRequest,
  options: DatabaseSurveyOptions & { surveyed?: BenchFacts; profile?: MigrationProfile | null },
): Promise<Plan> {
  const facts = options.surveyed ?? (await surveyForRename(host, benchPath, request))
  const names = resolveNames(facts, request, await standingRenames(benchPath))
  await refuseOccupied(host, facts, names)
  if (options.profile) await holdAgainst(host, facts, names, options.profile)
  const { database: address } = names.site
  if (address === null) throw unusableDatabase(facts, names.site.name)
  const database = await openSiteDatabase(address)
  try {
    const plan = planRename({
      facts,
      names,
      request,
      database: await surveyDatabase(database, names, request, options),
      givenCertificate:
        request.certificate === null
          ? null
          : await inspectCertificate(host, request.certificate, request.certificateKey),
      privileged: await privilegedPaths(host, facts, request),
      diskBytesFree: await host.freeBytes(facts.path),
      now: new Date(),
    })
    const before = await askBefore(plan, {
      host,
      benchPath: facts.path,
      siteDirectory: names.site.path,
      database: async () => database,
      place: noOtherPlace,
      vault: null,
      afterOf: () => undefined,
      baseline: () => undefined,
      signal: options.signal ?? new AbortController().signal,
    })
    return { ...plan, findings: [...plan.findings, ...before] }
  } finally {
    await database.close()
  }
}

/** Renames of this bench that were finished and not taken back, oldest first. */
async function standingRenames(benchPath: string): Promise<SitePlace[]> {
  const { runs } = await readRuns(benchHome(benchPath))
  return runs.flatMap(({ plan, lines }) => {
    const states = lines.flatMap((line) => (line.type === 'state' ? [line.state] : []))
    const stands = states.includes('done') && !states.includes('rolled-back') && plan.command === 'rename-domain'
    return stands ? [plan.site] : []
  })
}

export function surveyForRename(host: Host, benchPath: string, request: RenameRequest): Promise<BenchFacts> {
  return surveyBench(host, benchPath, {
    ...(request.nginxConfig === null ? {} : { nginxConfig: request.nginxConfig }),
    ...(request.hostsFile === null ? {} : { hostsFile: request.hostsFile }),
    ...(request.crontabDirectories === null ? {} : { crontabDirectories: request.crontabDirectories }),
  })
}

/** Not only sites: `assets`, `apps.txt` and whatever else lies in sites/ would be in the way of the directory. */
async function refuseOccupied(host: Host, facts: BenchFacts, { directory, target }: RenameNames): Promise<void> {
  if (directory === null) return
  const path = `${facts.path}/sites/${directory.to}`
  const found = await host.status(path)
  if (found === null) return
  throw new MigratorError({
    code: 'target-taken',
    kind: 'refused',
    message: `The name ${target} is taken on this bench.`,
    evidence: `${path} is there already (${found.kind})`,
    untouched: 'Nothing was changed.',
    hint: 'Choose another name, or look into it and move it out of sites/.',
  })
}

async function holdAgainst(
  host: Host,
  facts: BenchFacts,
  { site }: RenameNames,
  profile: MigrationProfile,
): Promise<void> {
  const realPath = async (path: string | undefined) =>
    path === undefined || (await host.status(path)) === null ? null : host.realPath(path)
  refuseContradicted(profile, {
    benchPath: await host.realPath(facts.path),
    profiled: {
      source: await realPath(profile.source?.bench_path),
      target: await realPath(profile.target?.bench_path),
    },
    addresses: host.addresses(),
    benchVersion: facts.benchVersion,
    redisUrls: facts.redis.map((redis) => redis.url),
    tls: site.tls,
    nginxServes: site.names.some(({ sources }) => sources.some(({ from }) => from === 'nginx')),
  })
}

function unusableDatabase(facts: BenchFacts, name: string): MigratorError {
  const site = facts.sites.find((one) => one.name === name)
  const finding = site && findingsForSite(facts, site).find((one) => one.severity === 'critical')
  const postgres = site?.databaseKind === 'postgres'
  return new MigratorError({
    code: postgres ? 'database-unsupported' : (finding?.id ?? 'database-unknown'),
    kind: 'refused',
    message: postgres
      ? `The site ${name} has a PostgreSQL database, which is not supported yet.`
      : (finding?.title ?? `The database of ${name} is not known.`),
    untouched: 'Nothing was changed.',
    hint: postgres
      ? 'MariaDB and SQLite sites can be renamed.'
      : (finding?.remedies[0] ?? 'Look at the site_config.json of the site.'),
    ...(finding ? { evidence: finding.evidence } : {}),
  })
}

/** Files that the user we run as may not replace itself, among those a rename may edit. */
async function privilegedPaths(
  host: Host,
  facts: BenchFacts,
  request: RenameRequest,
): Promise<(path: string) => boolean> {
  const paths = [
    request.hostsFile ?? '/etc/hosts',
    ...facts.crontab.filter((line) => line.kind === 'system-file').map((line) => line.where),
    ...(facts.nginx?.files.map((file) => file.realPath) ?? []),
    ...(facts.nginx?.includePoints.map((point) => point.pattern) ?? []),
  ]
  const directories = [...new Set(paths.map((path) => dirname(path)))]
  const refused = new Set<string>()
  for (const directory of directories) {
    const tested = await host.run({ argv: ['test', '-w', directory] })
    if (tested.exitCode !== 0) refused.add(directory)
  }
  const foreign = new Set<string>()
  for (const path of paths) {
    // Replacing a file of somebody else would change its owner.
    const found = await host.status(path)
    if (found && host.userId !== 0 && found.userId !== host.userId) foreign.add(path)
  }
  return (path) => refused.has(dirname(path)) || foreign.has(path)
}
