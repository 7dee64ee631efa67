import packageJson from '../../package.json' with { type: 'json' }

const USAGE = 'usage: frappe-migrator [--help] [--version] <command> …'

/** Runs one command line and gives the exit code. Placeholder until the commands are there. */
export async function main(argv: string[]): Promise<number> {
  const first = argv[0]
  if (first === '--version') console.log(packageJson.version)
  else if (first === undefined || first === '--help') console.log(USAGE)
  else {
    console.error(`error: unknown command '${first}'\n${USAGE}`)
    return 3
  }
  return 0
}
