import { dirname } from 'node:path'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import { surveyBench } from '../../bench/survey.ts'
import { openSiteDatabase } from '../../database/open.ts'
import type { Plan } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { inspectCertificate } from '../../services/certificates.ts'
import { type DatabaseSurveyOptions, surveyDatabase } from './database-facts.ts'
import { resolveNames } from './names.ts'
import { planRename } from './plan.ts'
import type { RenameRequest } from './request.ts'

/** Surveys bench and database and makes the plan; changes nothing. */
export async function prepareRename(
  host: Host,
  benchPath: string,
  request: RenameRequest,
  options: DatabaseSurveyOptions & { surveyed?: BenchFacts },
): Promise<Plan> {
  const facts = options.surveyed ?? (await surveyForRename(host, benchPath, request))
  const names = resolveNames(facts, request)
  const { database: address } = names.site
  if (address === null) throw unusableDatabase(facts, names.site.name)
  const database = await openSiteDatabase(address)
  try {
    return planRename({
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
  } finally {
    await database.close()
  }
}

export function surveyForRename(host: Host, benchPath: string, request: RenameRequest): Promise<BenchFacts> {
  return surveyBench(host, benchPath, {
    ...(request.nginxConfig === null ? {} : { nginxConfig: request.nginxConfig }),
    ...(request.hostsFile === null ? {} : { hostsFile: request.hostsFile }),
    ...(request.crontabDirectories === null ? {} : { crontabDirectories: request.crontabDirectories }),
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
