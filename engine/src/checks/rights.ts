import { z } from 'zod'
import { mayWrite } from '../host/may-write.ts'
import type { Check } from './check.ts'

const Params = z.object({
  /** Files that will be edited and directories in which something is renamed, as the bench's owner. */
  writable: z.array(z.string()),
  /** What root does: `write /etc/hosts`. */
  privileged: z.array(z.string()),
  /** The whole command to type instead, which has root; plans of earlier versions have none. */
  asRoot: z.string().exactOptional(),
})

export const rights: Check = {
  id: 'rights',
  title: 'Files may be written',
  run: async (context, params) => {
    const { writable, privileged, asRoot } = Params.parse(params)
    const refused: string[] = []
    for (const path of writable) if (!(await mayWrite(context.host, path))) refused.push(path)
    if (refused.length) {
      return {
        status: 'failed',
        critical: true,
        evidence: `${context.host.userName} may not write ${refused.join(', ')}`,
        remedy: 'Run the command as the owner of the bench, or give the files back to it (chown, not chmod 777).',
      }
    }
    if (privileged.length === 0)
      return { status: 'passed', critical: true, evidence: `${writable.length} places writable` }
    const way = await context.host.privilege()
    if (way === 'none') {
      return {
        status: 'failed',
        critical: true,
        evidence: `root is needed to ${privileged.join(', ')}, and sudo asks ${context.host.userName} for a password`,
        remedy: `Let root start it; it goes on as the owner of the bench and uses root for these alone${asRoot === undefined ? '' : `: ${asRoot}`}`,
      }
    }
    return {
      status: 'passed',
      critical: true,
      evidence: `${writable.length} places writable; by ${way}, root will ${privileged.join(', ')}`,
    }
  },
}
