import type { FrappeDumpFacts } from './backup-facts.ts'
import type { BackupFinding } from './backup-finding.ts'
import type { RestoreTarget } from './verdict.ts'

const numbersOf = (version: string) => (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number)

/** Positive when `one` is newer. What follows the numbers (`-dev`, `-beta.1`) is older than the same without it. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return Number(other.includes('-')) - Number(one.includes('-'))
}

/** Frappe's version and apps in the backup against those of the bench. */
export function judgeVersions(frappe: FrappeDumpFacts, subject: string, target: RestoreTarget): BackupFinding[] {
  if (!frappe.isFrappe) return []
  const found: BackupFinding[] = []
  const here = target.frappeVersion
  if (frappe.version === null) {
    found.push({
      id: 'frappe-version-unknown',
      severity: 'warning',
      title: 'The dump does not say which version of Frappe it is of.',
      evidence: 'neither a header of Frappe nor a row of tabInstalled Application',
      remedies: ['Make sure that this bench is not older than the source.'],
      subject,
    })
  } else if (here !== undefined && compareVersions(frappe.version, here) > 0) {
    found.push({
      id: 'frappe-newer',
      severity: 'critical',
      title: 'The backup is of a newer Frappe than this bench has: a downgrade breaks the site.',
      evidence: `backup ${frappe.version}, bench ${here}`,
      remedies: [`Bring the bench to ${frappe.version} or newer: bench update, or bench switch-to-branch.`],
      subject,
    })
  } else if (here !== undefined && numbersOf(frappe.version)[0] !== numbersOf(here)[0]) {
    found.push({
      id: 'frappe-older',
      severity: 'warning',
      title: 'The backup is of an older major version of Frappe: bench migrate must bring it up.',
      evidence: `backup ${frappe.version}, bench ${here}`,
      remedies: ['Plan time for bench migrate, and rehearse it on a copy.'],
      subject,
    })
  }
  const missing = frappe.apps.filter(({ name }) => target.apps !== undefined && !target.apps.includes(name))
  if (missing.length > 0) {
    found.push({
      id: 'apps-missing',
      severity: 'critical',
      title: 'The site has apps that this bench does not have.',
      evidence: missing.map(({ name, version }) => (version === null ? name : `${name} ${version}`)).join(', '),
      remedies: missing.map(
        ({ name, branch }) => `bench get-app ${name}${branch === null ? '' : ` --branch ${branch}`}`,
      ),
      subject,
    })
  }
  return found
}
