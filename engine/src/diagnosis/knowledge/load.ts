import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Cause } from './cause.ts'
import { shippedCauses } from './shipped.ts'
import { yamlFiles } from './yaml-files.ts'

export interface Knowledge {
  causes: Cause[]
  /** What was left out, in sentences: files of the user that are not valid. */
  notes: string[]
}

/** Where users keep entries of their own. */
export const ownDirectory = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'frappe-migrator', 'knowledge')

/**
 * All entries: those that came with the program, and the user's own, which replace a shipped one of the same name.
 * A file of the user that is not valid is named in the notes and left out; the rest works.
 */
export async function loadKnowledge(own: string = ownDirectory(), shipped?: readonly Cause[]): Promise<Knowledge> {
  const byId = new Map((shipped ?? (await shippedCauses())).map((cause) => [cause.id, cause]))
  const notes: string[] = []
  const files = filesOf(own, notes)
  if (files.length > 0) {
    const { readOwn } = await import('./read-own.ts')
    for (const file of files) {
      const read = readOwn(join(own, file))
      if ('cause' in read) byId.set(read.cause.id, read.cause)
      else notes.push(`${join(own, file)} was left out: ${read.problems[0]}`)
    }
  }
  return { causes: [...byId.values()], notes }
}

function filesOf(own: string, notes: string[]): string[] {
  try {
    return yamlFiles(own)
  } catch (error) {
    notes.push(`${own} was left out: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}
