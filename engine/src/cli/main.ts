import { Command, CommanderError, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import {
  ADMINISTRATOR,
  attended,
  common,
  overPlaces,
  renameOptions,
  restoreOptions,
  SITE,
  transferOptions,
} from './command-options.ts'
import { addDiagnose, addKnowledge } from './diagnosis-commands.ts'
import { helpText, renameExamples, restoreExamples, transferExamples } from './help-text.ts'

const program = (): string => process.env['MIGRATOR_TYPED_AS'] ?? 'frappe-migrator'

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
