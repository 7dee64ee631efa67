import type { BenchFacts } from '../../bench/bench-facts.ts'
import { noOtherPlace } from '../../bench/place.ts'
import { surveyBench } from '../../bench/survey.ts'
import { missingRights } from '../../database/mariadb/administration.ts'
import type { AdministratorAccount } from '../../database/server-place.ts'
import type { Plan } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { askBefore } from '../ask-before.ts'
import { busyProcesses } from '../busy-processes.ts'
import { planRestore } from './plan.ts'
import { readBackup, verdictOn } from './read-backup.ts'
import { freeName, readServer } from './read-server.ts'
import type { RestoreRequest } from './request.ts'
import { type RestoreTarget, resolveTarget } from './target.ts'

export interface PrepareOptions {
  signal: AbortSignal
  administrator: AdministratorAccount | null
  /** Asked for only where a file of the backup is encrypted. */
  backupKey(): Promise<string | null>
  onProgress(progress: { bytesDone: number; bytesTotal: number; table: string }): void
}

/** Surveys bench, server and backup and makes the plan; changes nothing. */
export async function prepareRestore(
  host: Host,
  benchPath: string,
  request: RestoreRequest,
  options: PrepareOptions,
): Promise<Plan> {
  const facts = await surveyBench(host, benchPath, {
    ...(request.nginxConfig === null ? {} : { nginxConfig: request.nginxConfig }),
    ...(request.hostsFile === null ? {} : { hostsFile: request.hostsFile }),
    ...(request.crontabDirectories === null ? {} : { crontabDirectories: request.crontabDirectories }),
  })
  const target = resolveTarget(facts, request)
  refuseOtherDatabase(facts, target)
  await refuseOccupied(host, target)
  const backup = await readBackup(request, options)
  const { server, nameIsTaken } = await readServer(host, facts, target, options.administrator)
  const database = await freeName(target.name, backup.database.content.part, nameIsTaken)
  const diskBytesFree = await host.freeBytes(facts.path)
  const verdict = verdictOn(backup, facts, server.facts, diskBytesFree)
  const plan = planRestore({
    ...{ facts, target, request, backup, verdict, database, diskBytesFree },
    server: { ...server, missingRights: server.grants && missingRights(server.grants, database) },
    presentFiles: {
      public: (await host.status(`${target.directory}/public/files`)) !== null,
      private: (await host.status(`${target.directory}/private/files`)) !== null,
    },
    busy: await busyProcesses(host, facts),
    now: new Date(),
  })
  const before = await askBefore(plan, {
    host,
    benchPath: facts.path,
    siteDirectory: target.directory,
    database: async () => {
      throw new Error('the database of before is not asked')
    },
    place: noOtherPlace,
    vault: null,
    afterOf: () => undefined,
    baseline: () => undefined,
    signal: options.signal,
  })
  return { ...plan, findings: [...plan.findings, ...before] }
}

/** SQLite and PostgreSQL sites cannot be restored yet: said by name, before anything is read. */
function refuseOtherDatabase(facts: BenchFacts, target: RestoreTarget): void {
  if (target.kind !== 'existing' || ['mariadb', 'unknown'].includes(target.site.databaseKind)) return
  const kind = target.site.databaseKind === 'sqlite' ? 'an SQLite' : 'a PostgreSQL'
  throw new MigratorError({
    code: 'database-unsupported',
    kind: 'refused',
    message: `The site ${target.name} has ${kind} database: only MariaDB sites can be restored yet.`,
    evidence: target.site.config.path,
    untouched: 'Nothing was changed.',
    hint: `Use bench's own: cd ${facts.path} && bench --site ${target.name} restore FILE (it overwrites the site; copy sites/${target.name} away first).`,
  })
}

/** Not only sites: whatever lies in sites/ would be in the way of the directory. */
async function refuseOccupied(host: Host, target: RestoreTarget): Promise<void> {
  if (target.kind === 'existing') return
  const found = await host.status(target.directory)
  if (found === null) return
  throw new MigratorError({
    code: 'target-taken',
    kind: 'refused',
    message: `The name ${target.name} is taken on this bench.`,
    evidence: `${target.directory} is there already (${found.kind})`,
    untouched: 'Nothing was changed.',
    hint: 'Choose another name, or look into it and move it out of sites/.',
  })
}
