import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import type { ChangeContext } from './change.ts'

const Config = z.record(z.string(), z.unknown())

/**
 * The Redis server that the bench's configuration names; null when it names none.
 * @throws MigratorError `config-invalid-json` when the configuration cannot be read
 */
export async function redisUrl(context: ChangeContext, key: 'redis_queue' | 'redis_cache'): Promise<string | null> {
  const path = join(context.benchPath, 'sites', 'common_site_config.json')
  try {
    const url = Config.parse(JSON.parse((await context.host.readFile(path)).toString()))[key]
    return typeof url === 'string' ? url : null
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError || systemCode(cause) === 'ENOENT')) throw cause
    throw new MigratorError({
      code: 'config-invalid-json',
      kind: 'failed',
      message: `${path} is ${systemCode(cause) === 'ENOENT' ? 'gone' : 'not valid JSON'}.`,
      untouched: 'The file was not changed.',
      hint: 'Correct the file, then try again.',
      failureClass: 'configuration',
      cause,
    })
  }
}
