import { type Command, Option } from 'commander'

/** Repeated options; without a default, since help would show it. */
const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value]

/** Options every command takes. They come last in its help. */
export const common = (one: Command): Command =>
  one
    .optionsGroup('Where and how:')
    .option('--bench <path>', 'the bench directory (default: found from the working directory)')
    .option('--json', 'print data instead of text')
    .addOption(
      new Option('--nginx-config <file>', 'main configuration of nginx, when it is not in its usual place').hideHelp(),
    )
    .addOption(new Option('--hosts-file <file>', 'the hosts file, when it is not /etc/hosts').hideHelp())
    .addOption(new Option('--crontab-directory <path>', 'directories of crontabs').argParser(collect).hideHelp())

export const attended = (one: Command): Command =>
  common(
    one
      .optionsGroup('Questions:')
      .option('--interactive', 'ask when something has to be decided (default at a terminal)')
      .option('--no-interactive', 'never ask')
      .option('--yes', 'do not ask for the final confirmation'),
  )

export const SITE = ['--site <name>', 'the site, by its directory name'] as const

/** Groups in the order of the work: which site, the plan, what is rewritten, what comes with it. */
export const renameOptions = (one: Command): Command =>
  one
    .optionsGroup('Names:')
    .option('--source <name>', 'any name the site has now')
    .addOption(new Option('--source-domain <name>').hideHelp())
    .option('--target <name>', 'the name it shall have')
    .addOption(new Option('--target-domain <name>').hideHelp())
    .option(SITE[0], `${SITE[1]}; without --source also its old name`)
    .option('--profile <file>', 'read the names from a migration profile (JSON)')
    .optionsGroup('Plan:')
    .option('--plan', 'show what would happen and change nothing (exit 2; 4 when something blocks it)')
    .option('--details', 'show every column, and every table that is left alone')
    .option('--out <file>', 'with --plan: save the plan')
    .option('--plan-file <file>', 'run exactly this saved plan; refused when the facts have moved')
    .optionsGroup('What is rewritten:')
    .option('--include <column>', 'switch on what the plan offers: TABLE.COLUMN or TABLE.COLUMN:host (repeat)', collect)
    .option('--exclude <column>', 'leave a column as it is: TABLE.COLUMN (repeat)', collect)
    .option('--also-rewrite <name>', 'another name of the site that becomes the new one (repeat)', collect)
    .option('--url <url>', 'links get this scheme and port: https://new.example.com[:port]')
    .addOption(
      new Option('--rename-directory <when>', 'rename sites/<name>: by default when it is the old name')
        .choices(['auto', 'yes', 'no'])
        .default('auto'),
    )
    .optionsGroup('What comes with it:')
    .option('--certificate <file>', 'certificate for the new name (PEM, full chain)')
    .option('--certificate-key <file>', 'its private key')
    .option('--no-redirect', 'do not send visitors of the old name to the new one')
    .option('--rebuild-search', 'rebuild the search index afterwards')
    .option('--deep', 'compare digests of every table, inside maintenance')
    .option('--wait-for-jobs <seconds>', 'how long to wait for running background jobs', '120')

export const ADMINISTRATOR = [
  '--admin-option-file <file>',
  'account that may make databases and users, as a MariaDB option file of mode 0600',
] as const

/** What a run over several places needs beside. */
export const overPlaces = (one: Command): Command =>
  one
    .option('--source-admin-option-file <file>', 'the same for the source of a transfer')
    .option(
      '--ssh-config <file>',
      'configuration of OpenSSH for the servers of a transfer, instead of your own (ssh -F)',
    )

/** What opens an encrypted backup and makes a database of it. */
const secretsOfBackup = (one: Command): Command =>
  one
    .optionsGroup('Secrets:')
    .option(...ADMINISTRATOR)
    .option('--backup-key-file <file>', 'key of an encrypted backup, in a file of mode 0600')
    .option(
      '--accept-undecryptable <secret>',
      'go on although this stored secret does not open: DocType/name/field, or all (repeat)',
      collect,
    )

export const restoreOptions = (one: Command): Command =>
  secretsOfBackup(
    one
      .optionsGroup('What and where:')
      .option('--site <name>', 'the site whose content is replaced, by any of its names')
      .option('--as <name>', 'make a new site of this name instead')
      .option('--backup-file <file>', 'database file of the backup; the other files are found beside it')
      .option('--backup-dir <path>', 'directory with the backup; the newest whole one counts')
      .option('--public-files <file>', 'archive of public files, where it is not beside')
      .option('--private-files <file>', 'archive of private files')
      .option('--site-config <file>', 'configuration of the site it was taken of: it holds the encryption key')
      .optionsGroup('Plan:')
      .option('--plan', 'show what would happen and change nothing (exit 2; 4 when something blocks it)')
      .option('--details', 'show every key and the largest tables')
      .option('--out <file>', 'with --plan: save the plan')
      .option('--plan-file <file>', 'run exactly this saved plan; refused when the facts have moved'),
  )
    .optionsGroup('What comes with it:')
    .option('--wait-for-jobs <seconds>', 'how long to wait for running background jobs', '120')

export const transferOptions = (one: Command): Command =>
  secretsOfBackup(
    one
      .optionsGroup('From where:')
      .option(
        '--source-server <server>',
        'frappe-cloud; its key in FRAPPE_CLOUD_KEY and FRAPPE_CLOUD_SECRET, or asked for',
      )
      .option('--site <name>', 'the site, by its name there: shop.frappe.cloud')
      .option('--team <name>', 'the team the site belongs to, when the user is in several')
      .option('--list', 'list the backups that are there, and do nothing else')
      .option('--backup <which>', 'latest, new (have one made), or the id of one of the list', 'latest')
      .optionsGroup('To where:')
      .option('--target-domain <name>', 'name of the site that is made here (default: the one it has)')
      .optionsGroup('Plan:')
      .option('--plan', 'download, show what would happen, and change nothing (exit 2; 4 when something blocks it)')
      .option('--details', 'show every key and the largest tables')
      .option('--out <file>', 'with --plan: save the plan, for restore-site --plan-file'),
  ).addOption(new Option('--wait-for-jobs <seconds>').default('120').hideHelp())
