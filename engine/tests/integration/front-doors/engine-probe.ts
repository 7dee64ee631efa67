import { readFile, writeFile } from 'node:fs/promises'

/** What an engine that was started by a front door saw of its start. */
export interface Seen {
  argv: string[]
  cwd: string
  pid: number
  node: string
  typedAs: string
  /** What root has to type instead. */
  asRoot: string
}

const PROBE = `
  console.log(JSON.stringify({
    argv: process.argv.slice(2), cwd: process.cwd(), pid: process.pid, node: process.version,
    typedAs: process.env.MIGRATOR_TYPED_AS, asRoot: process.env.MIGRATOR_AS_ROOT,
  }))
  process.exitCode = 42
`

/** Puts, while `use` runs, an engine in place that prints what it saw ({@link Seen}) and exits with 42. */
export async function withProbe<Result>(bundle: string, use: () => Promise<Result>): Promise<Result> {
  const engine = await readFile(bundle)
  await writeFile(bundle, PROBE)
  try {
    return await use()
  } finally {
    await writeFile(bundle, engine)
  }
}
