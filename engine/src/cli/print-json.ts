/** Prints the one document that a command with `--json` gives. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

/** What a command says that found nothing to do, or was told not to. */
export const nothingDone = (run: string | null = null) => ({ run, outcome: 'nothing' })
