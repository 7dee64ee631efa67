import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { z } from 'zod'
import { Cause, CauseCases } from './cause.ts'

/** Larger files are none of ours: a mistake, or an attempt to stop the program. */
const LARGEST = 256 * 1024

export function readCause(path: string): { cause: Cause } | { problems: string[] } {
  const read = readYaml(path, Cause)
  return 'value' in read ? { cause: read.value } : read
}

export function readCases(path: string): { cases: CauseCases } | { problems: string[] } {
  const read = readYaml(path, CauseCases)
  return 'value' in read ? { cases: read.value } : read
}

function readYaml<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): { value: z.output<Schema> } | { problems: string[] } {
  let content: unknown
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > LARGEST) return { problems: [`larger than ${LARGEST / 1024} KiB`] }
    content = parse(text, { maxAliasCount: 20 })
  } catch (error) {
    return { problems: [`not readable as YAML: ${firstLine(error)}`] }
  }
  const checked = schema.safeParse(content)
  if (checked.success) return { value: checked.data }
  return { problems: checked.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`) }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
