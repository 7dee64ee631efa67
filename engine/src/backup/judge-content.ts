import type { ContentFacts, ContentFormat, Damage } from './backup-facts.ts'
import { amount, type BackupFinding } from './backup-finding.ts'
import type { PartRole } from './backup-set.ts'
import type { RestoreTarget } from './verdict.ts'

const COPY_AGAIN =
  'Copy the file again from where it was made, and compare sizes and checksums (sha256sum) on both sides.'
const NEW_BACKUP = 'Take another backup: bench --site SITE backup --with-files.'

export const ROLE_NAMES: Record<PartRole, string> = {
  database: "the database's dump",
  'public-files': 'the public files',
  'private-files': 'the private files',
  'site-config': "the site's configuration",
}

const DAMAGES: Record<Damage['kind'], { id: string; what: string; remedies: string[] }> = {
  truncated: { id: 'backup-truncated', what: 'breaks off before its end', remedies: [COPY_AGAIN, NEW_BACKUP] },
  checksum: {
    id: 'backup-checksum',
    what: 'is damaged: its checksum does not fit',
    remedies: [COPY_AGAIN, NEW_BACKUP],
  },
  corrupt: { id: 'backup-corrupt', what: 'is damaged', remedies: [COPY_AGAIN, NEW_BACKUP] },
  trailing: {
    id: 'backup-trailing-data',
    what: 'goes on behind its end with something else',
    remedies: [
      COPY_AGAIN,
      'If that is meant to be there: gzip -dc FILE > dump.sql (or zstd -dc), and restore dump.sql.',
    ],
  },
  'no-key': {
    id: 'backup-encrypted',
    what: 'is encrypted',
    remedies: ['Give the backup key: backup_encryption_key in the site_config.json of the site it was made of.'],
  },
  'wrong-key': {
    id: 'backup-wrong-key',
    what: 'does not open with this backup key',
    remedies: ['Give the key the site had when the backup was made: backup_encryption_key in its site_config.json.'],
  },
  tampered: {
    id: 'backup-tampered',
    what: 'opens with this key, but was changed or damaged since it was encrypted',
    remedies: ['Do not use it.', COPY_AGAIN],
  },
  'gpg-missing': {
    id: 'gpg-missing',
    what: 'is encrypted, and gpg is not installed here',
    remedies: ['Install it: apt-get install gnupg (Debian, Ubuntu), dnf install gnupg2 (Fedora, RHEL).'],
  },
  'too-large': {
    id: 'backup-too-large',
    what: 'holds more than there is room for',
    remedies: ['Make room, or find out what it is: a file that grows a thousandfold when unpacked is no backup.'],
  },
  unreadable: {
    id: 'backup-unreadable',
    what: 'cannot be read',
    remedies: ['Look at its owner, its mode and its disk.'],
  },
}

const EXPECTED: Record<PartRole, ContentFormat> = {
  database: 'sql',
  'public-files': 'tar',
  'private-files': 'tar',
  'site-config': 'json',
}

const FORMATS: Record<ContentFormat, { is: string; remedy: string }> = {
  sql: { is: 'an SQL dump', remedy: 'Name it with --backup-file.' },
  tar: { is: 'an archive of files', remedy: 'Name it with --public-files or --private-files.' },
  json: {
    is: 'JSON text',
    remedy: 'Name a configuration with --site-config; an error message of a server: download again.',
  },
  'postgres-sql': {
    is: 'a dump of PostgreSQL',
    remedy: 'It goes only into PostgreSQL: a Frappe site cannot change its kind of database.',
  },
  'postgres-archive': {
    is: 'a dump of PostgreSQL',
    remedy: 'It goes only into PostgreSQL: a Frappe site cannot change its kind of database.',
  },
  sqlite: { is: 'an SQLite database', remedy: 'It goes only into a site with db_type sqlite.' },
  html: {
    is: 'a web page',
    remedy: 'Download again: the server answered with a page (a login, an error, a link that has expired).',
  },
  zip: { is: 'a zip archive', remedy: 'Unpack it (unzip FILE), and name what is in it.' },
  'other-compression': {
    is: 'compressed in a way that Frappe does not use',
    remedy: 'Unpack it, and name what is in it.',
  },
  'git-lfs-pointer': { is: 'a pointer of git-lfs, not the file itself', remedy: 'git lfs pull, then again.' },
  empty: { is: 'empty', remedy: 'Look at the disk it was made on (df -h), and take another backup.' },
  zeros: {
    is: 'nothing but zeros',
    remedy: 'Copy it again: a copy that broke off, or a disk that was full, leaves zeros.',
  },
  'utf-16': {
    is: 'text in UTF-16',
    remedy: 'PowerShell made it so (>): dump again with --result-file=FILE.',
  },
  unknown: { is: 'nothing that is known', remedy: 'Look at it: file FILE.' },
}

/** What a part is and whether it is whole, whatever it says. */
export function judgeContent(content: ContentFacts, target: RestoreTarget): BackupFinding[] {
  const { part, recognized, damage } = content
  const wanted = part.role === 'database' && target.databaseType === 'sqlite' ? 'sqlite' : EXPECTED[part.role]
  const subject = part.path
  const is = recognized.content
  // A broken configuration is judged by what JSON says of it, with line and column.
  const fits = is === null || is === wanted || (part.role === 'site-config' && is === 'unknown')
  if (!fits) {
    const known = FORMATS[is]
    return [
      {
        id: 'backup-wrong-format',
        severity: 'critical',
        title: `${part.path}, named as ${ROLE_NAMES[part.role]}, is ${known.is}.`,
        evidence: `${[...recognized.wrappings, is].join(', ')}: ${JSON.stringify(recognized.opening)}`,
        remedies: [known.remedy],
        subject,
      },
    ]
  }
  if (damage !== null) {
    const { id, what, remedies } = DAMAGES[damage.kind]
    const after = damage.afterBytes > 0 ? ` after ${amount(damage.afterBytes)} of content` : ''
    return [
      { id, severity: 'critical', title: `${part.path} ${what}.`, evidence: damage.said + after, remedies, subject },
    ]
  }
  if (content.trailingBytes === 0) return []
  return [
    {
      id: 'backup-trailing-bytes',
      severity: 'warning',
      title: `${part.path} is longer than what is compressed in it.`,
      evidence: `${content.trailingBytes} bytes follow the end; what is before it is whole and its checksum fits`,
      remedies: ['Nothing needs to be done: they are ignored.'],
      subject,
    },
  ]
}
