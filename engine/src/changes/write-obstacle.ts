import { mayWrite } from '../host/may-write.ts'
import type { ChangeContext, Obstacle } from './change.ts'

/** Why the way back could not write this file, or into this directory. */
export async function writeObstacles(context: ChangeContext, path: string): Promise<Obstacle[]> {
  if (await mayWrite(context.host, path)) return []
  return [
    {
      what: `${path} may not be written`,
      remedy: `Give ${path} and its directory to the owner of the bench, writable.`,
    },
  ]
}
