import { appendFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ChangeContext } from './change.ts'

/** Keeps what a program of a step said, beside the run's journal; gives the file. */
export async function keepLog(context: ChangeContext, text: string): Promise<string> {
  const path = join(dirname(context.vault), `${context.stepId}.log`)
  await appendFile(path, `${text.trim()}\n`, { mode: 0o600 })
  return path
}
