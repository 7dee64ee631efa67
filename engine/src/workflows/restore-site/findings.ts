import type { Finding } from '../../bench/finding.ts'
import { creationStatements, sufficientGrants } from '../../database/mariadb/administration.ts'
import { keySource, replicaOfBefore, sourceOf } from './config-keys.ts'
import type { RestoreInput } from './input.ts'
import { withoutStandIn } from './plan-collations.ts'

/** What stands against this restore, or should be known before it. */
export function restoreFindings(input: RestoreInput): Finding[] {
  return [...input.verdict, ...keyFindings(input), ...serverFindings(input), ...siteFindings(input)]
}

type Told = Pick<Finding, 'id' | 'severity' | 'title' | 'evidence'> & { remedies: string[] }
const about = (input: RestoreInput, told: Told): Finding => ({ ...told, subject: input.target.name })

function keyFindings(input: RestoreInput): Finding[] {
  const secrets = input.backup.database.dump?.frappe.encryptedSecrets ?? 0
  if (secrets === 0 || keySource(input) === 'backup') return []
  if (keySource(input) === 'site') {
    return [
      about(input, {
        id: 'key-of-site',
        severity: 'information',
        title: "The backup brings no encryption key; the site's own is tried on every secret before the switch.",
        evidence: `${secrets} encrypted secrets in the backup`,
        remedies: [],
      }),
    ]
  }
  const accepts = input.request.acceptUndecryptable.includes('all')
  return [
    about(input, {
      id: 'key-missing',
      severity: accepts ? 'warning' : 'critical',
      title: 'There is no encryption key: stored secrets will be lost.',
      evidence: `${secrets} encrypted secrets in the backup: passwords of mail accounts, keys of integrations, API secrets; a new key would be made by Frappe when it needs one`,
      remedies: [
        "Name the configuration of the backup's site: --site-config FILE (…-site_config_backup.json).",
        'Or accept the loss of all of them: --accept-undecryptable all',
      ],
    }),
  ]
}

function serverFindings(input: RestoreInput): Finding[] {
  const { server, database } = input
  const account = {
    database,
    user: database,
    hosts: server.hosts,
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_unicode_ci',
  }
  const found: Finding[] = server.problem === null ? [] : [server.problem]
  const rights = server.missingRights
  if (server.problem === null && (rights === null || rights.length > 0)) {
    found.push(
      about(input, {
        id: 'administrator-missing',
        severity: 'critical',
        title:
          rights === null
            ? 'An account that may make a database and its user is needed, and none was given.'
            : `The administrator's account may not do all that is needed: ${rights.join(', ')}.`,
        evidence: `it would run: ${creationStatements(account).join(' ')}`,
        remedies: [
          'Name a file of mode 0600 with [client], user and password of such an account: --admin-option-file FILE.',
          `Root of the database is not needed. These grants suffice: ${sufficientGrants(database).join(' ')}`,
        ],
      }),
    )
  }
  for (const { from, used } of withoutStandIn(input)) {
    found.push(
      about(input, {
        id: 'collation-unknown',
        severity: 'critical',
        title: `The server does not know the collation ${from}, and nothing comes near it.`,
        evidence: used.join(', '),
        remedies: ['Restore to a server that knows it: at least the version the backup was taken from.'],
      }),
    )
  }
  return found
}

function siteFindings(input: RestoreInput): Finding[] {
  const { target, busy, facts } = input
  const found: Finding[] = busy.map(({ pid, command }) =>
    about(input, {
      id: 'bench-busy',
      severity: 'critical',
      title: 'Something changes databases or code of this bench at this moment.',
      evidence: `process ${pid}: ${command}`,
      remedies: ['Wait until it is done.'],
    }),
  )
  const replica = replicaOfBefore(input)
  if (replica !== null) {
    found.push(
      about(input, {
        id: 'replica-of-before',
        severity: 'critical',
        title:
          'The site reads from a replica with an account of its own: reports would go on showing the old database.',
        evidence: `read_from_replica, different_credentials_for_replica, replica_db_name ${replica}`,
        remedies: [
          `Let it read from its own database first: bench --site ${target.name} set-config read_from_replica 0`,
        ],
      }),
    )
  }
  const source = sourceOf(input.backup)
  const known = target.kind === 'existing' ? [target.name, ...target.site.names.map(({ host }) => host)] : [target.name]
  if (source !== null && !known.some((name) => name === source || name.replaceAll('.', '_') === source)) {
    found.push(
      about(input, {
        id: 'backup-of-another-site',
        severity: 'warning',
        title: `The backup is of ${source}, not of ${target.name}.`,
        evidence: input.backup.database.content.part.path,
        remedies: [
          `Links in it go on naming ${source}: afterwards rename-domain --source ${source} --target ${target.name} --site ${target.name} follows them.`,
        ],
      }),
    )
  }
  if (target.kind === 'existing' && Number.parseInt(facts.frappeVersion ?? '0', 10) >= 16) {
    found.push(
      about(input, {
        id: 'cached-configuration',
        severity: 'warning',
        title:
          'Web workers of Frappe 16 keep the configuration for up to a minute: what is written in that minute goes into the old database.',
        evidence: `Frappe ${facts.frappeVersion}`,
        remedies: ['Restart the web workers right after the switch if that matters.'],
      }),
    )
  }
  return found
}
