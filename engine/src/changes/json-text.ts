import { MigratorError } from '../host/errors.ts'
import type { ChangeContext, Obstacle } from './change.ts'

/**
 * The text of a JSON configuration file.
 * @throws MigratorError `config-invalid-json`
 */
export async function readText(context: ChangeContext, path: string): Promise<string> {
  const text = (await context.host.readFile(path)).toString()
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new MigratorError({
      code: 'config-invalid-json',
      kind: 'refused',
      message: `${path} is not valid JSON.`,
      evidence: cause instanceof Error ? cause.message.replace(/"[^"]*"/g, '…') : '',
      untouched: 'The file was not changed.',
      hint: 'Correct the file, then try again.',
      failureClass: 'configuration',
      cause,
    })
  }
  return text
}

/** Why a configuration file that the way back needs cannot be used. */
export async function jsonObstacles(context: ChangeContext, path: string): Promise<Obstacle[]> {
  if ((await context.host.status(path)) === null)
    return [{ what: `${path} is gone`, remedy: `Put ${path} back, from a backup or from where it was moved.` }]
  try {
    await readText(context, path)
    return []
  } catch (error) {
    if (!(error instanceof MigratorError)) throw error
    return [{ what: `${error.message} ${error.evidence ?? ''}`.trim(), remedy: `Correct ${path}.` }]
  }
}
