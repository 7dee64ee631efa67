import type { Finding } from '../../bench/finding.ts'
import { isAmbiguousHost } from '../../rewrite/host-name.ts'
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
      `${names.ambiguous} is too common a name to be replaced wherever it stands; it is changed only where it is the site itself.`,
      'short, without a dot, or this machine itself: links in the database, the hosts file and commands in crontabs keep it, and nothing redirects from it',
      `Add --also-rewrite ${names.ambiguous} if links to it shall follow.`,
    )
  }
  const known = new Set(names.site.names.map(({ host }) => host))
  for (const host of database.occurrences.absent.filter((name) => name !== names.source.host && !known.has(name))) {
    add(
      'warning',
      'name-unknown',
      `--also-rewrite ${host}: this is no name of the site, and no value holds it, so nothing follows from it.`,
      `names of ${subject}: ${[...known].join(', ')}`,
      'Look at its spelling, or leave the switch away.',
    )
  }
  const mailed = names.others.find(({ sources }) => sources.some(({ from }) => from === 'host_name'))
  if (mailed) {
    add(
      'warning',
      'host-name-stays',
      `Links in mails and documents go on naming ${mailed.host}: host_name names it, and only ${names.source.host} is renamed.`,
      mailed.sources.flatMap(({ from, where }) => (from === 'host_name' ? [where] : [])).join(', '),
      `If that name is to become ${names.target} too, add --also-rewrite ${mailed.host}; if it is the one that is meant, --source ${mailed.host}.`,
    )
  }
  if (isAmbiguousHost(names.target) || /^\d+(\.\d+){3}$/.test(names.target)) {
    add(
      'warning',
      'target-common',
      `${names.target} is no name of the public internet: links to it work on this machine or network alone, and no later rename can tell them from others.`,
      'an address, or a name without a dot',
      'Choose a name like erp.example.com, unless this site is for this machine or network only.',
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
