const EXIT_CODES = `
Exit codes:
  0    done, or nothing to do
  1    failed, and everything was taken back
  2    changes planned (--plan), findings (analyze-site, verify-migration), or
       not sure of a cause (diagnose)
  3    wrong input or usage
  4    refused, nothing was changed; also a plan that something blocks (--plan)
  5    needs attention: the last lines say what to type
  130  interrupted; resume goes on
`

/** What stands below the options: how it is typed, and what the exit code means. */
export const helpText = (program: string, examples: readonly string[] = []): string => {
  const lines = examples.map((example) => `  ${program} ${example}`)
  return `${lines.length ? `\nExamples:\n${lines.join('\n')}\n` : ''}${EXIT_CODES}`
}

export const restoreExamples = [
  'restore-site --site erp.example.com --backup-dir sites/erp.example.com/private/backups --plan',
  'restore-site --site erp.example.com --backup-file FILE-database.sql.gz --admin-option-file root.cnf',
  'restore-site --as copy.example.com --backup-file FILE-database.sql.gz --admin-option-file root.cnf',
] as const

const FROM_CLOUD = 'transfer-server --source-server frappe-cloud \\\n      --site shop.frappe.cloud'

export const transferExamples = [
  `${FROM_CLOUD} --list`,
  `${FROM_CLOUD} --target-domain shop.example.com --plan`,
  `${FROM_CLOUD} --target-domain shop.example.com --backup new`,
] as const

export const renameExamples = [
  'rename-domain --source old.cloud --target new.domain --plan',
  'rename-domain --profile names.json --plan --out plan.json',
  'rename-domain --plan-file plan.json --no-interactive',
] as const
