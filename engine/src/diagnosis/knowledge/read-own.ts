import { basename } from 'node:path'
import type { Cause } from './cause.ts'
import { lintCause } from './lint-cause.ts'
import { readCause } from './read-cause.ts'

/** An entry that is read and checked as strictly as the shipped ones are, or why it cannot be taken. */
export function readOwn(path: string): { cause: Cause } | { problems: string[] } {
  const read = readCause(path)
  if (!('cause' in read)) return read
  const problems = lintCause(read.cause, basename(path))
  return problems.length === 0 ? read : { problems }
}
