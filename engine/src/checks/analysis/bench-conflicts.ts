import { basename } from 'node:path'
import { textAt } from '../../bench/config-keys.ts'
import { parseJsonObject } from '../../host/parse-json.ts'
import { readTextFile } from '../../services/text-file.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'

const finds = {
  'site-on-two-benches': 'a site of the same name is on another bench of this machine',
  'database-shared-between-benches': 'a site of another bench uses the same database: jobs run twice',
  'bench-name-shared': 'another bench has the same directory name: they overwrite each other’s files in /etc',
  'bench-id-shared': 'another bench has the same bench_id and Redis: each takes the other’s jobs',
}
type Id = keyof typeof finds

/** What two benches of one machine must not share. Ports are looked at by the ports check. */
export const benchConflicts = benchCheck({
  id: 'bench-conflicts',
  title: 'No other bench of this machine is in the way',
  area: 'configuration',
  finds,
  run: async (context) => {
    const { facts } = context
    const others = await context.otherBenches()
    const found = await Promise.all(others.map((other) => sharedSites(context, other)))
    // Names of files in /etc matter where something of them is in use.
    const production = ['supervisor', 'systemd'].includes(facts.processManager.kind)
    const shared = others.flatMap(({ path, commonConfig }): Found<Id>[] => {
      const conflicts: Found<Id>[] = []
      if (basename(path) === basename(facts.path)) {
        conflicts.push({
          ...{ id: 'bench-name-shared', severity: production ? 'warning' : 'information', subject: path },
          title: `The bench ${path} has the same directory name.`,
          evidence: `${facts.path}; ${path}`,
          cause:
            'bench setup production names its files in nginx’s and supervisor’s directories after it, and keeps a link that is there.',
          remedies: ['Give one of the two another directory name before its next bench setup production.'],
        })
      }
      const [id, queue] = [textAt(commonConfig, 'bench_id'), textAt(commonConfig, 'redis_queue')]
      const own = facts.commonConfig.value
      if (id !== null && id === textAt(own, 'bench_id') && queue !== null && queue === textAt(own, 'redis_queue')) {
        conflicts.push({
          ...{ id: 'bench-id-shared', severity: 'critical', subject: path },
          title: `The bench ${path} has the same bench_id and the same Redis for its queues.`,
          evidence: `bench_id ${id} in both`,
          cause: 'A copied configuration: workers of one bench take the jobs of the other.',
          remedies: [`bench set-config -g bench_id <another>, then restart this bench`],
        })
      }
      return conflicts
    })
    return [...shared, ...found.flat()]
  },
})

async function sharedSites(
  { facts, host }: AnalysisContext,
  other: { path: string; sites: string[] },
): Promise<Found<Id>[]> {
  const names = new Map(facts.sites.map((site) => [site.name, site]))
  const databases = new Map(
    facts.sites.flatMap((site) => (site.database?.kind === 'mariadb' ? [[site.database.database, site] as const] : [])),
  )
  const found = await Promise.all(
    other.sites.map(async (name): Promise<Found<Id>[]> => {
      const file = `${other.path}/sites/${name}/site_config.json`
      const read = await readTextFile(host, file)
      const database = read.state === 'read' ? textAt(parseJsonObject(read.text).value, 'db_name') : null
      const sharing = database === null ? undefined : databases.get(database)
      if (sharing !== undefined) {
        return [
          {
            ...{ id: 'database-shared-between-benches', severity: 'critical', subject: sharing.name },
            title: `The site ${name} of ${other.path} uses the database of ${sharing.name}.`,
            evidence: `${file} and ${sharing.config.path}: the same db_name`,
            cause: 'A copied site or bench: scheduled jobs run once for each, mails go out twice.',
            remedies: [
              `If the other is only a copy: bench --site ${name} set-config -p pause_scheduler 1 in ${other.path}, then give it a database of its own`,
            ],
          },
        ]
      }
      const same = names.get(name)
      if (same === undefined) return []
      return [
        {
          ...{ id: 'site-on-two-benches', severity: 'information', subject: name },
          title: `A site ${name} is on ${other.path}, too.`,
          evidence: `${same.path}; ${other.path}/sites/${name}`,
          remedies: ['Only one of them can be reached under that name through one proxy.'],
        },
      ]
    }),
  )
  return found.flat()
}
