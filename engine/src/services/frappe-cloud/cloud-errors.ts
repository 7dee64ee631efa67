import { MigratorError } from '../../host/errors.ts'

const UNTOUCHED = 'Nothing was changed, at Frappe Cloud or here.'

type Given = { message: string; evidence: string; hint: string; cause?: unknown }

/** What can go wrong with Frappe Cloud, each by its own code. Evidence is the server's words, never a key, a secret or a signed link. */
export const cloudErrors = {
  /** The key or the secret is wrong (401). */
  keyRefused: (evidence: string): MigratorError =>
    make('frappe-cloud-key-refused', 'usage', {
      message: 'Frappe Cloud does not accept this API key and secret.',
      evidence,
      hint: 'Make a pair in its dashboard (Settings, Developer, API Access) and give it in FRAPPE_CLOUD_KEY and FRAPPE_CLOUD_SECRET.',
    }),
  /** The key is good, and its team has no site of this name. */
  noSuchSite: (site: string, sites: string[]): MigratorError =>
    make('frappe-cloud-no-such-site', 'usage', {
      message: `The team of this key has no site ${site} at Frappe Cloud.`,
      evidence: sites.length ? `Its sites: ${sites.join(', ')}` : 'It has no sites.',
      hint: 'Name one with --site; the site of another team needs --team.',
    }),
  notPermitted: (evidence: string): MigratorError =>
    make('frappe-cloud-not-permitted', 'refused', {
      message: 'Frappe Cloud does not permit this to the user of the key.',
      evidence,
      hint: 'Use a key of the owner of the team, or have the role extended to this site; --team names another team.',
    }),
  /** Frappe Cloud understood, and refuses (417): too many pending backups, a suspended site. */
  refused: (evidence: string): MigratorError =>
    make('frappe-cloud-refused', 'refused', {
      message: 'Frappe Cloud refuses this.',
      evidence,
      hint: 'Look at the site in its dashboard; a backup that is there can be named with --backup ID.',
    }),
  notFound: (evidence: string): MigratorError =>
    make('frappe-cloud-not-found', 'usage', {
      message: 'Frappe Cloud does not have what was asked for.',
      evidence,
      hint: 'See what is there with --list.',
    }),
  backupNotAvailable: (message: string, evidence: string): MigratorError =>
    make('frappe-cloud-backup-not-available', 'refused', {
      message,
      evidence,
      hint: 'See what is there with --list, or have one made with --backup new.',
    }),
  backupFailed: (evidence: string): MigratorError =>
    make('frappe-cloud-backup-failed', 'failed', {
      message: 'The backup failed at Frappe Cloud.',
      evidence,
      hint: 'Its job in the dashboard says why; an older backup can be named with --backup ID.',
    }),
  busy: (evidence: string): MigratorError =>
    make('frappe-cloud-busy', 'failed', {
      message: 'Frappe Cloud takes no more requests for now.',
      evidence,
      hint: 'Wait some minutes and type the same again: what was downloaded is kept.',
    }),
  unreachable: (evidence: string, cause?: unknown): MigratorError =>
    make('frappe-cloud-unreachable', 'failed', {
      message: 'Frappe Cloud cannot be reached.',
      evidence,
      hint: 'Look at the network and at status.frappe.io, then type the same again: what was downloaded is kept.',
      cause,
    }),
  /** An answer of a form that was not expected: its interface has changed. */
  strange: (evidence: string): MigratorError =>
    make('frappe-cloud-answer', 'failed', {
      message: 'Frappe Cloud answers in a form that is not known here.',
      evidence,
      hint: 'Download the backup in its dashboard, and go on with restore-site --backup-file.',
    }),
}

const make = (code: string, kind: 'usage' | 'refused' | 'failed', given: Given): MigratorError =>
  new MigratorError({ code, kind, untouched: UNTOUCHED, ...given })
