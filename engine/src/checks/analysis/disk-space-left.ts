import { bytesText, numberOf } from '../../host/amounts.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'

const FULL_BYTES = 200e6
const LOW_BYTES = 1e9
const LOW_SHARE = 0.03
const DAYS = 30
const SOON_DAYS = 30

const finds = {
  'disk-full': 'a disk the bench needs has no room left',
  'disk-nearly-full': 'a disk the bench needs has little room left',
  'inodes-exhausted': 'a disk the bench needs takes no more files, whatever its room',
  'disk-full-soon': 'predicted: the disk will be full within a month',
}
type Id = keyof typeof finds

/** Room and inodes on every disk the bench needs, and for how long they last. */
export const diskSpaceLeft = benchCheck({
  id: 'disk-space-left',
  title: 'Disks have room',
  area: 'resources',
  timeoutMilliseconds: 15_000,
  finds,
  run: async (context) => {
    const { facts, host } = context
    const places = [facts.path, ...ownDisks(context), '/tmp', '/var/log', ...(await databaseDirectories(context))]
    const disks = await mounts(context, places)
    const found: Found<Id>[] = []
    for (const disk of disks) {
      const evidence = `${disk.mount}: ${bytesText(disk.free)} of ${bytesText(disk.total)} free`
      const remedies = [
        `du -xh --max-depth=2 ${disk.mount === '/' ? facts.path : disk.mount} | sort -h | tail -n 15`,
        'Usual: old backups in sites/*/private/backups, logs, journalctl --vacuum-size=200M, docker system df',
      ]
      const full = disk.free < FULL_BYTES
      if (full || (disk.free < LOW_BYTES && disk.free < LOW_SHARE * disk.total)) {
        found.push({
          ...{
            id: full ? 'disk-full' : 'disk-nearly-full',
            severity: full ? 'critical' : 'warning',
            evidence,
            remedies,
            subject: disk.mount,
          },
          title: `The disk of ${disk.places.join(', ')} ${full ? 'is full' : 'is nearly full'}: ${bytesText(disk.free)} left.`,
          cause: 'MariaDB, Redis and Frappe cannot write; configuration files written now become empty.',
        })
      }
      const inodes = await host.freeInodes(disk.places[0] ?? disk.mount).catch(() => null)
      // Some file systems (btrfs) count no inodes and say 0; there inodesTotal is 0, too.
      if (inodes !== null && disk.inodes > 0 && inodes < 1000) {
        found.push({
          ...{
            id: 'inodes-exhausted',
            severity: 'critical',
            subject: disk.mount,
            evidence: `${disk.mount}: ${inodes} of ${disk.inodes} inodes free`,
          },
          title: `The disk of ${disk.places.join(', ')} takes no more files.`,
          cause: 'Very many small files: sessions, caches, mail queues.',
          remedies: [`sudo du -x --inodes --max-depth=3 ${disk.mount} | sort -n | tail -n 15`],
        })
      }
    }
    const own = disks.find(({ places: on }) => on.includes(facts.path))
    return own === undefined ? found : [...found, ...(await forecast(context, own))]
  },
})

/** Directories that are often a disk, a volume or a share of their own. */
const ownDisks = ({ facts, sites }: AnalysisContext): string[] => [
  ...['sites', 'logs'].map((part) => `${facts.path}/${part}`),
  ...sites.flatMap(({ path }) =>
    ['', '/private/files', '/private/backups', '/public/files'].map((part) => `${path}${part}`),
  ),
]

interface Disk {
  mount: string
  places: string[]
  total: number
  free: number
  inodes: number
}

/** By df(1), which also tells what belongs together. */
async function mounts({ host }: AnalysisContext, places: string[]): Promise<Disk[]> {
  const disks = new Map<string, Disk>()
  for (const place of new Set(places)) {
    if ((await host.status(place).catch(() => null)) === null) continue
    const asked = await host.run({
      argv: ['df', '-B1', '--output=size,avail,itotal,target', place],
      timeoutMilliseconds: 2000,
    })
    const [total, free, inodes, ...mount] =
      asked.exitCode === 0 ? (asked.stdout.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? []) : []
    const name = mount.join(' ')
    if (total === undefined || name === '') continue
    const known = disks.get(name)
    if (known !== undefined) known.places.push(place)
    else
      disks.set(name, {
        mount: name,
        places: [place],
        total: Number(total),
        free: Number(free),
        inodes: Number(inodes) || 0,
      })
  }
  return [...disks.values()]
}

/** Data directories of servers on this machine, and where SQLite files lie. */
async function databaseDirectories({ sites, database, holding, host }: AnalysisContext): Promise<string[]> {
  const server = sites.find((site) => site.database?.kind === 'mariadb')
  if (server === undefined) return []
  const [row] = await holding(server, async () => {
    const opened = await database(server)
    return (await opened?.read('SELECT @@datadir AS directory, @@hostname AS host').catch(() => [])) ?? []
  })
  const [directory, name] = [row?.['directory'], row?.['host']]
  if (typeof directory !== 'string' || typeof name !== 'string' || !host.addresses().includes(name)) return []
  return [directory.replace(/\/$/, '')]
}

const ADDED = 'SELECT SUM(file_size) AS bytes FROM `tabFile` WHERE creation > ? AND is_folder = 0'

/** From the files that were added to the sites in the last 30 days; the database's own growth is not known, so it comes sooner rather than later. */
async function forecast({ sites, database, holding, now }: AnalysisContext, disk: Disk): Promise<Found<Id>[]> {
  const since = new Date(now.getTime() - DAYS * 86_400_000).toISOString().slice(0, 19).replace('T', ' ')
  let added = 0
  for (const site of sites) {
    const [row] = await holding(site, async () => {
      const opened = await database(site)
      return (await opened?.read(ADDED, [since]).catch(() => [])) ?? []
    })
    added += numberOf(row?.['bytes']) ?? 0
  }
  const daily = added / DAYS
  const days = daily > 0 ? Math.floor(disk.free / daily) : Number.POSITIVE_INFINITY
  if (days > SOON_DAYS) return []
  return [
    {
      ...{ id: 'disk-full-soon', severity: 'warning', subject: disk.mount },
      title: `The disk of the bench will be full in about ${days} days.`,
      evidence: `${bytesText(disk.free)} free; ${bytesText(added)} of files were added in ${DAYS} days`,
      predicted: {
        basis: `files added to ${sites.length} sites in the last ${DAYS} days (tabFile), the databases' growth not counted`,
      },
      remedies: ['Add room, or move old files and backups away before then.'],
    },
  ]
}
