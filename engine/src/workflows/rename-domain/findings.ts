import type { Finding } from '../../bench/finding.ts'
import { maskUrlUserinfo } from '../../services/redis.ts'
import type { RenameInput } from './plan.ts'

/** What stands against this rename, or should be known before it. */
export function planFindings(input: RenameInput): Finding[] {
  const { names, database, facts, request } = input
  const subject = names.site.name
  const found: Finding[] = []
  const add = (severity: Finding['severity'], id: string, title: string, evidence: string, remedy: string) =>
    found.push({ id, severity, title, evidence, remedies: [remedy], subject })

  for (const column of database.occurrences.columns) {
    if (column.action !== 'rewrite' || column.overflows.length === 0) continue
    add(
      'critical',
      'value-too-long',
      `The new name does not fit into ${column.label}.`,
      `rows: ${column.overflows.slice(0, 5).join(', ')}`,
      `Shorten these values, or leave the column out with --exclude "${column.label}".`,
    )
  }
  if (names.ambiguous !== null) {
    add(
      'warning',
      'name-ambiguous',
      `${names.ambiguous} is too common a name to be replaced inside the database; only the site's own name is changed.`,
      'short, without a dot, or this machine itself',
      `Add --also-rewrite ${names.ambiguous} if links to it shall follow.`,
    )
  }
  if (input.givenCertificate === null && request.certificateKey !== null) {
    add(
      'critical',
      'certificate-unusable',
      '--certificate-key was given without --certificate.',
      request.certificateKey,
      'Give both.',
    )
  }
  if (names.target.includes('_')) {
    add(
      'warning',
      'name-unusual',
      `${names.target} holds an underscore: certificates and some browsers refuse such names.`,
      names.target,
      'Choose a name of letters, digits and dashes.',
    )
  }
  if (names.directory && facts.redis.some((redis) => redis.purpose === 'queue' && !redis.reachable)) {
    add(
      'warning',
      'jobs-not-moved',
      'The queue server does not answer, so background jobs that wait in it are not moved to the new name.',
      'redis_queue',
      'Start Redis before the rename if jobs of the site may be waiting: they would fail under the old name.',
    )
  }
  const common = facts.commonConfig.value?.['host_name']
  if (typeof common === 'string' && facts.sites.length > 1) {
    add(
      'warning',
      'host-name-for-all',
      'common_site_config.json holds host_name, which counts for every site of the bench.',
      maskUrlUserinfo(common),
      'Move it into the site_config.json of the site it belongs to.',
    )
  }
  return found
}
