import { spawn } from 'node:child_process'
import { z } from 'zod'
import { Finding } from '../bench/finding.ts'
import type { Host } from '../host/host.ts'
import type { CommonOptions } from './options.ts'

const Analysis = z.object({ findings: z.array(Finding) })
const PATIENCE_MILLISECONDS = 10_000

/**
 * What analyze-site says of a bench of somebody else. Root does not look itself, since a look runs the bench's own
 * programs: the command continues as the owner, as every command does.
 *
 * @throws Error saying whose the bench is, for anybody but root
 */
export async function findingsOfOwner(host: Host, bench: string, options: CommonOptions): Promise<Finding[]> {
  if (host.userId !== 0) throw new Error(`it belongs to another user; as that one: frappe-migrator analyze-site`)
  const site = options.site === undefined ? [] : ['--site', options.site]
  const program = [...process.execArgv, ...process.argv.slice(1, 2)]
  const child = spawn(process.execPath, [...program, 'analyze-site', '--json', '--bench', bench, ...site], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE_MILLISECONDS,
  })
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  return Analysis.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).findings
}
