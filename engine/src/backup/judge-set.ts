import type { BackupFacts } from './backup-facts.ts'
import type { BackupFinding } from './backup-finding.ts'
import { ROLE_NAMES } from './judge-content.ts'

const slugOf = (site: string) => site.replaceAll('.', '_')

/** Whether the parts belong together, and what is missing. */
export function judgeSet(facts: BackupFacts): BackupFinding[] {
  return [...sites(facts), ...stamps(facts), ...configuration(facts), ...absentFiles(facts)]
}

function sites({ set, publicFiles, privateFiles, database }: BackupFacts): BackupFinding[] {
  const said: { site: string; by: string }[] = []
  for (const part of [set.database, set.publicFiles, set.privateFiles, set.siteConfig])
    if (part?.name) said.push({ site: part.name.siteSlug, by: part.path })
  for (const files of [publicFiles, privateFiles])
    for (const site of files?.archive?.sites ?? [])
      said.push({ site: slugOf(site), by: `entries of ${files?.content.part.path}` })
  const partialOf = database.dump?.frappe.partial?.site
  if (partialOf) said.push({ site: slugOf(partialOf), by: `header of ${set.database.path}` })
  const distinct = new Set(said.map(({ site }) => site))
  if (distinct.size < 2) return []
  return [
    {
      id: 'parts-of-several-sites',
      severity: 'critical',
      title: 'The parts of the backup belong to different sites.',
      evidence: said.map(({ site, by }) => `${site} (${by})`).join(', '),
      remedies: ['Name the parts of one and the same backup.'],
      subject: set.database.path,
    },
  ]
}

function stamps({ set }: BackupFacts): BackupFinding[] {
  const named = [set.database, set.publicFiles, set.privateFiles, set.siteConfig].filter((part) => part?.name)
  const distinct = new Set(named.map((part) => part?.name?.stamp))
  if (distinct.size < 2) return []
  return [
    {
      id: 'parts-of-several-backups',
      severity: 'warning',
      title: 'The parts were made at different times.',
      evidence: named.map((part) => `${part?.name?.stamp}: ${part && ROLE_NAMES[part.role]}`).join(', '),
      remedies: ['Name parts of one backup, unless this is meant: rows and files may not fit each other.'],
      subject: set.database.path,
    },
  ]
}

function configuration({ set, siteConfig, database }: BackupFacts): BackupFinding[] {
  const config = siteConfig?.config ?? null
  const found: BackupFinding[] = []
  const subject = set.siteConfig?.path ?? set.database.path
  if (siteConfig !== null && config !== null && config.problem !== null) {
    const { line, column, what } = config.problem
    return [
      {
        id: 'config-invalid',
        severity: 'critical',
        title: `${subject} is no valid JSON.`,
        evidence: `${subject}:${line}:${column}: ${what}`,
        remedies: ['Mend it at that place, or name another one with --site-config.'],
        subject,
      },
    ]
  }
  const secrets = database.dump?.frappe.encryptedSecrets ?? 0
  if ((siteConfig === null || config !== null) && (config?.encryptionKey ?? null) === null && secrets > 0) {
    found.push({
      id: 'encryption-key-missing',
      severity: 'critical',
      title: 'The key that the stored passwords and secrets are encrypted with is not in the backup.',
      evidence: `${secrets} encrypted rows of __Auth; ${siteConfig === null ? 'no site_config_backup.json' : 'no "encryption_key" in it'}`,
      remedies: [
        'Give the configuration of the site: --site-config FILE, with its "encryption_key".',
        'If the key is lost: name what may be lost with --accept-undecryptable, and enter those passwords anew.',
      ],
      subject,
    })
  }
  const from = database.dump?.sourceDatabase ?? null
  if (config?.databaseName && from !== null && config.databaseName !== from) {
    found.push({
      id: 'config-of-another-site',
      severity: 'critical',
      title: 'The configuration is of another site than the dump.',
      evidence: `"db_name" is ${config.databaseName}, the dump is of ${from}`,
      remedies: ['Name the configuration that was saved together with the dump.'],
      subject,
    })
  }
  // The database's own keys are always new.
  const hosting = config?.hostingKeys.filter((key) => !key.startsWith('db_')) ?? []
  if (hosting.length > 0) {
    found.push({
      id: 'config-hosting-keys',
      severity: 'information',
      title: 'Settings of the server it came from are not carried over.',
      evidence: hosting.join(', '),
      remedies: [],
      subject,
    })
  }
  return found
}

function absentFiles({ set }: BackupFacts): BackupFinding[] {
  const absent = [set.publicFiles === null && 'public', set.privateFiles === null && 'private'].filter(
    (side) => side !== false,
  )
  if (absent.length === 0) return []
  return [
    {
      id: 'files-absent',
      severity: 'warning',
      title: `The backup has no ${absent.join(' and no ')} files: attachments and pictures will be missing.`,
      evidence: `beside ${set.database.path}`,
      remedies: absent.map((side) => `Name the archive: --${side}-files FILE.`),
      subject: set.database.path,
    },
  ]
}
