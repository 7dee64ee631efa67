import { progressReporter } from '../report/progress.ts'
import { terminalStyle } from '../report/style.ts'

/** What a search tells of itself. */
type OnSearch = (progress: { bytesDone: number; bytesTotal: number; table: string }) => void

interface Stream {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

const STEP = 'search'
/** What is read, and what is said of each part of it. */
interface Words {
  describe: string
  doing: string
}
const SEARCH: Words = { describe: 'Read the bench and search its database (nothing is changed)', doing: 'searching' }
/** A file is told of a search only when somebody may have waited for it. */
const LONG_MILLISECONDS = 2000

/** Shows the search that a plan begins with like a step of a run: rate and time left once it takes longer than two seconds. */
export async function withSearchProgress<Result>(
  work: (onProgress: OnSearch) => Promise<Result>,
  stream: Stream = process.stderr,
  now: () => number = Date.now,
  { describe, doing }: Words = SEARCH,
): Promise<Result> {
  const terminal = stream.isTTY === true
  const started = now()
  const report = progressReporter(stream, { terminal, style: terminalStyle({ isTTY: terminal }), now })
  report({ event: 'step', step: STEP, describe, direction: 'apply' })
  let done = false
  try {
    const result = await work(({ bytesDone, bytesTotal, table }) =>
      report({
        event: 'progress',
        step: STEP,
        done: bytesDone,
        total: bytesTotal,
        unit: 'bytes',
        what: `${doing} ${table}`,
      }),
    )
    done = true
    return result
  } finally {
    const milliseconds = now() - started
    if (done && (terminal || milliseconds >= LONG_MILLISECONDS))
      report({ event: 'step-done', step: STEP, milliseconds, direction: 'apply' })
    // The error that follows begins on a line of its own.
    if (!done && terminal) stream.write('\r\u001b[2K')
  }
}
