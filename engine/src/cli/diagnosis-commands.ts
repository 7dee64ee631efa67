import type { Command } from 'commander'

/** Error text in, causes out. */
export function addDiagnose(diagnose: Command, finish: (code: number) => void): void {
  diagnose
    .argument('[file]', 'the text or log; - or nothing: what is piped or pasted')
    .option('--no-probe', 'do not look at the bench to confirm a cause')
    .action(async (file, options) => finish(await (await import('./commands/diagnose.ts')).diagnoseText(file, options)))
}

/** The commands around the knowledge base. Each is loaded when it is used. */
export function addKnowledge(knowledge: Command, finish: (code: number) => void): void {
  knowledge
    .command('lint')
    .description('check entries and their cases: yours, or those of a folder (exit 2 when something is wrong)')
    .argument('[directory]', 'folder of entries, with cases/ in it')
    .option('--json', 'print data instead of text')
    .action(async (directory, options) =>
      finish(await (await import('./commands/knowledge-lint.ts')).knowledgeLint(directory, options)),
    )
  knowledge
    .command('test')
    .description('diagnose every case by the rules alone (exit 2 when one is not named)')
    .argument('[directory]', 'folder of entries, with cases/ in it')
    .option('--json', 'print data instead of text')
    .option('--only <cause>', 'only the cases of this cause')
    .action(async (directory, options) =>
      finish(await (await import('./commands/knowledge-test.ts')).knowledgeTest(directory, options)),
    )
  knowledge
    .command('outcomes')
    .description('what repairs of fix-config came to on this machine')
    .option('--json', 'print data instead of text')
    .action(async (options) => finish((await import('./commands/knowledge-outcomes.ts')).knowledgeOutcomes(options)))
  knowledge
    .command('export')
    .description('write your own causes and what repairs came to into a file to share')
    .argument('<file>', 'YAML file to write')
    .option('--json', 'print data instead of text')
    .action(async (file, options) =>
      finish(await (await import('./commands/knowledge-share.ts')).knowledgeExport(file, options)),
    )
  knowledge
    .command('import')
    .description('take what somebody shared, after a check')
    .argument('<file>', 'file that was exported')
    .option('--yes', 'do not ask')
    .option('--json', 'print data instead of text')
    .action(async (file, options) =>
      finish(await (await import('./commands/knowledge-share.ts')).knowledgeImport(file, options)),
    )
}
