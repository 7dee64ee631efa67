import { Command, CommanderError, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { addDiagnose, addKnowledge } from './diagnosis-commands.ts'
import { helpText, renameExamples, restoreExamples, transferExamples } from './help-text.ts'

const program = (): string => process.env['MIGRATOR_TYPED_AS'] ?? 'frappe-migrator'

/** Repeated options; without a default, since help would show it. */
const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value]

/** Options every command takes. They come last in its help. */
const common = (one: Command): Command =>
  one
    .optionsGroup('Where and how:')
    .option('--bench <path>', 'the bench directory (default: found from the working directory)')
    .option('--json', 'print data instead of text')
    .addOption(
      new Option('--nginx-config <file>', 'main configuration of nginx, when it is not in its usual place').hideHelp(),
    )
    .addOption(new Option('--hosts-file <file>', 'the hosts file, when it is not /etc/hosts').hideHelp())
    .addOption(new Option('--crontab-directory <path>', 'directories of crontabs').argParser(collect).hideHelp())

const attended = (one: Command): Command =>
  common(
    one
      .optionsGroup('Questions:')
      .option('--interactive', 'ask when something has to be decided (default at a terminal)')
      .option('--no-interactive', 'never ask')
      .option('--yes', 'do not ask for the final confirmation'),
  )

const SITE = ['--site <name>', 'the site, by its directory name'] as const

/** Groups in the order of the work: which site, the plan, what is rewritten, what comes with it. */
const renameOptions = (one: Command): Command =>
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

const ADMINISTRATOR = [
  '--admin-option-file <file>',
  'account that may make databases and users, as a MariaDB option file of mode 0600',
] as const

/** What a run over several places needs beside. */
const overPlaces = (one: Command): Command =>
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

const restoreOptions = (one: Command): Command =>
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

const transferOptions = (one: Command): Command =>
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

function build(finish: (code: number) => void): Command {
  const root = new Command(program())
    .description('Moves Frappe and ERPNext sites: shows what will happen, does it, proves it, and can take it back.')
    .version(packageJson.version, '--version')
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .addHelpText('after', helpText(program()))
  const command = (name: string, summary: string, examples?: readonly string[]): Command =>
    root.command(name).description(summary).addHelpText('after', helpText(program(), examples))
  common(
    command('analyze-site', 'what this bench is, every name of a site, and what is wrong')
      .option('--site <name>', 'look at this site alone, fully')
      .option('--all-sites', 'look at every site fully (default: a few sites, else one for each database server)'),
  ).action(async (options) => finish(await (await import('./commands/analyze-site.ts')).analyzeSite(options)))
  attended(
    renameOptions(
      command('rename-domain', 'give a site a new domain, in its files, its database and nginx', renameExamples),
    ),
  ).action(async (options) => finish(await (await import('./commands/rename-domain.ts')).renameDomain(options)))
  attended(
    restoreOptions(command('restore-site', 'restore a backup beside, prove it, switch to it', restoreExamples)),
  ).action(async (options) => finish(await (await import('./commands/restore-site.ts')).restoreSite(options)))
  attended(
    command('fix-config', 'repair what analyze-site finds, with proof and a way back (exit 2 when something is left)')
      .option('--site <name>', 'look at this site and the bench alone')
      .option('--plan', 'show what would be done and change nothing (exit 2)')
      .option('--auto-fix', 'make every repair of low risk without asking')
      .option('--only <cause>', 'mend only this cause, finding or repair')
      .option('--no-learn', 'neither use nor record what repairs came to on this machine')
      .addOption(new Option('--supervisorctl <command>', 'how supervisord is asked').hideHelp()),
  ).action(async (options) => finish(await (await import('./commands/fix-config.ts')).fixConfig(options)))
  attended(
    transferOptions(command('transfer-server', 'bring a site here from Frappe Cloud, by its backup', transferExamples)),
  ).action(async (options) => finish(await (await import('./commands/transfer-server.ts')).transferServer(options)))
  attended(
    overPlaces(
      command('resume', 'go on with a run that was interrupted')
        .option(...SITE)
        .option('--run <id>', 'which run (default: the unfinished one)')
        .option(...ADMINISTRATOR),
    ),
  ).action(async (options) => finish(await (await import('./commands/resume.ts')).resume(options)))
  attended(
    overPlaces(
      command('rollback', 'take a run back, finished or not')
        .option(...SITE)
        .option('--run <id>', 'which run (default: the latest)')
        .option('--list', 'list the runs of this bench')
        .addOption(
          new Option('--on-conflict <what>', 'what others changed since: keep it, or restore the state before').choices(
            ['keep', 'restore'],
          ),
        )
        .option(
          '--abandon-target-writes',
          'of a transfer: go back though the target was written to since it was opened',
        )
        .option(...ADMINISTRATOR)
        .option('--rewrite-new-content', 'afterwards rewrite the new name to the old one where it stands in content'),
    ),
  ).action(async (options) => finish(await (await import('./commands/rollback.ts')).rollback(options)))
  common(
    command('verify-migration', 'prove that a site is whole: any site, and what the latest run was to do')
      .option(...SITE)
      .option('--run <id>', 'the run to compare with (default: the latest of the site)')
      .option('--manifest <file>', 'compare with the manifest of a snapshot: tables, rows, files, key')
      .option('--backup-file <file>', 'compare tables and rows with a backup of the database')
      .option('--deep', 'read every table and file: compare with the manifest, and with what a run left')
      .addOption(new Option('--ssh-config <file>').hideHelp()),
  ).action(async (options) => finish(await (await import('./commands/verify-migration.ts')).verifyMigration(options)))
  attended(
    overPlaces(
      command('cleanup', 'retire finished runs with their vaults; list what is left over')
        .option(...SITE)
        .option('--run <id>', 'which run (default: every finished one)')
        .option(...ADMINISTRATOR)
        .option('--abandon', 'give up a run that can be neither finished nor taken back; the site stays as it is'),
    ),
  ).action(async (options) => finish(await (await import('./commands/cleanup.ts')).cleanup(options)))
  addDiagnose(
    common(command('diagnose', 'name the cause of an error text or a log, and what to do').option(...SITE)),
    finish,
  )
  addKnowledge(command('knowledge', 'the causes that diagnose knows'), finish)
  return root
}

/** Runs one command line and gives the exit code. */
export async function main(argv: string[]): Promise<number> {
  let code = 0
  try {
    const root = build((result) => {
      code = result
    })
    if (argv.length === 0) {
      root.outputHelp()
      return 0
    }
    await root.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    // Help and version end this way too.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const { reportFailure, wrongUsage } = await import('./failure.ts')
    const known = error instanceof CommanderError ? wrongUsage(error.message, program(), argv) : error
    return reportFailure(known, argv.includes('--json'))
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
