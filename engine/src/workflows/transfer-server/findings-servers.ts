import { collationMapping, isAtLeast } from '../../backup/collation-mapping.ts'
import type { Finding } from '../../bench/finding.ts'
import { oldestMariadb } from '../../checks/analysis/supported-versions.ts'
import { creationStatements, sufficientGrants } from '../../database/mariadb/administration.ts'
import { bytesText } from '../../host/amounts.ts'
import type { TransferInput } from './input.ts'

type Told = Pick<Finding, 'id' | 'severity' | 'title' | 'evidence' | 'remedies'>

/** Collations the target's server does not know, each with what stands in for it. */
export function mappedCollations({ source, target }: TransferInput): { from: string; to: string; used: string[] }[] {
  const { server } = target.database
  if (server === null) return []
  const mapping = collationMapping(
    source.database.collations.map(({ name }) => name),
    { collations: new Set(server.collations), serverVersion: server.version },
  )
  return source.database.collations.flatMap(({ name, used }) => {
    const to = mapping.get(name)
    return to === undefined ? [] : [{ from: name, to, used }]
  })
}

/** What the two database servers are to each other, and whether enough may be done on the target's. */
export function serverFindings(input: TransferInput): Finding[] {
  const told = [...versions(input), ...collations(input), ...settings(input), ...rights(input)]
  const { problem } = input.target.database
  return [...(problem === null ? [] : [problem]), ...told.map((one) => ({ ...one, subject: input.name }))]
}

const seriesOf = (version: string): [number, number] => {
  const [, major = '0', minor = '0'] = /^(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(version) ?? []
  return [Number(major), Number(minor)]
}

function versions({ source, target }: TransferInput): Told[] {
  const there = source.database.server.version
  const here = target.database.server?.version
  if (here === undefined) return []
  const evidence = `source ${there}, target ${here}`
  if (![there, here].every((version) => /mariadb/i.test(version)))
    return [
      {
        id: 'database-unsupported',
        severity: 'critical',
        title: 'One of the database servers is no MariaDB: only MariaDB sites are moved.',
        evidence,
        remedies: ['Restore a backup of the site on a server with MariaDB: restore-site.'],
      },
    ]
  const [[major, minor], [wantedMajor, wantedMinor]] = [seriesOf(here), seriesOf(there)]
  const found: Told[] = []
  if (major < wantedMajor)
    found.push({
      id: 'database-older',
      severity: 'critical',
      title: `MariaDB at the target is of an older major version: a downgrade is not done.`,
      evidence,
      remedies: [`Install MariaDB ${wantedMajor}.${wantedMinor} or newer on the target.`],
    })
  else if (major === wantedMajor && minor < wantedMinor)
    found.push({
      id: 'database-older',
      severity: 'warning',
      title: 'MariaDB at the target is older than at the source.',
      evidence,
      remedies: ['The copy is made row by row and compared; a newer server is the safer choice.'],
    })
  const oldest = oldestMariadb(target.facts.frappeVersion)
  if (oldest !== null && !isAtLeast(here, oldest.join('.')))
    found.push({
      id: 'database-version-unsupported',
      severity: 'critical',
      title: `MariaDB at the target is older than Frappe ${target.facts.frappeVersion} supports.`,
      evidence: `${here}; at least ${oldest.join('.')} is needed`,
      remedies: [`Upgrade MariaDB on the target to ${oldest.join('.')} or later.`],
    })
  return found
}

function collations(input: TransferInput): Told[] {
  const known = input.target.database.server?.collations ?? []
  return mappedCollations(input)
    .filter(({ to }) => !known.includes(to))
    .map(({ from, used }) => ({
      id: 'collation-unknown',
      severity: 'critical',
      title: `The target's server does not know the collation ${from}, and nothing comes near it.`,
      evidence: used.join(', '),
      remedies: ['Use a server that knows it: at least the version of the source.'],
    }))
}

const SKEW_SECONDS = 30

function settings({ source, target }: TransferInput): Told[] {
  const [there, here] = [source.database.server, target.database.server]
  if (here === null) return []
  const found: Told[] = []
  if (there.settings.lowerCaseTableNames === 0 && here.settings.lowerCaseTableNames === 1)
    found.push({
      id: 'table-names-lowered',
      severity: 'critical',
      title: "The target's server writes names of tables in small letters: Frappe would not find its tables.",
      evidence: 'lower_case_table_names: source 0, target 1',
      remedies: [
        'Set up MariaDB on the target with lower_case_table_names = 0; it can only be set before the first start.',
      ],
    })
  if (here.maxAllowedPacket < there.maxAllowedPacket)
    found.push({
      id: 'database-packet-smaller',
      severity: 'warning',
      title: `The target's server takes statements up to ${bytesText(here.maxAllowedPacket)} alone; the source's up to ${bytesText(there.maxAllowedPacket)}.`,
      evidence: `max_allowed_packet: source ${there.maxAllowedPacket}, target ${here.maxAllowedPacket}`,
      remedies: [
        `sudo mariadb -e "SET GLOBAL max_allowed_packet = ${there.maxAllowedPacket}", and the same in its configuration`,
      ],
    })
  const modes = differingModes(there.settings.sqlMode, here.settings.sqlMode)
  if (modes !== '')
    found.push({
      id: 'sql-mode-differs',
      severity: 'information',
      title: 'sql_mode differs; Frappe sets its own in each connection, other programs may notice.',
      evidence: modes,
      remedies: [],
    })
  const skew = Math.round(
    here.settings.clockSeconds - there.settings.clockSeconds - (target.clockSeconds - source.clockSeconds),
  )
  const machines = Math.round(target.clockSeconds - source.clockSeconds)
  if (Math.abs(machines) > SKEW_SECONDS)
    found.push({
      id: 'clock-skew',
      severity: 'warning',
      title: `The clock of the target is ${Math.abs(machines)} s ${machines > 0 ? 'ahead of' : 'behind'} that of the source.`,
      evidence: `date: target minus source ${machines} s${Math.abs(skew) > SKEW_SECONDS ? `; the database servers differ by another ${skew} s` : ''}`,
      remedies: ['timedatectl; sudo timedatectl set-ntp true (on the machine whose clock is wrong)'],
    })
  return found
}

function differingModes(source: string, target: string): string {
  const [there, here] = [source, target].map((mode) => new Set(mode.split(',').filter((word) => word !== '')))
  const only = (one: Set<string> | undefined, other: Set<string> | undefined) =>
    [...(one ?? [])].filter((word) => other?.has(word) === false)
  return [
    ...only(there, here).map((word) => `${word} at the source alone`),
    ...only(here, there).map((word) => `${word} at the target alone`),
  ].join('; ')
}

function rights({ target, newDatabase }: TransferInput): Told[] {
  const { missingRights, problem, hosts } = target.database
  if (problem !== null || (missingRights !== null && missingRights.length === 0)) return []
  const account = {
    ...{ database: newDatabase, user: newDatabase, hosts },
    ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_unicode_ci' },
  }
  return [
    {
      id: 'administrator-missing',
      severity: 'critical',
      title:
        missingRights === null
          ? 'At the target an account that may make a database and its user is needed, and none was given.'
          : `The administrator's account at the target may not do all that is needed: ${missingRights.join(', ')}.`,
      evidence: `it would run: ${creationStatements(account).join(' ')}`,
      remedies: [
        'Name a file of mode 0600 with [client], user and password of such an account: --admin-option-file FILE.',
        `Root of the database is not needed. These grants suffice: ${sufficientGrants(newDatabase).join(' ')}`,
      ],
    },
  ]
}
