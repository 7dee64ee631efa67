/** Runs the product as a user does: `engine/bin/frappe-migrator` with arguments, never a terminal. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const MIGRATOR = fileURLToPath(new URL('../../bin/frappe-migrator', import.meta.url))

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/**
 * @param directory working directory: the bench, as for a user who stands in it
 * @param through a program with its arguments that starts it: `faketime -f -1d`
 */
export function migrator(
  directory: string,
  parameters: string[],
  environment: Record<string, string> = {},
  through: string[] = [],
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment }
    const [program = MIGRATOR, ...rest] = [...through, MIGRATOR]
    const child = spawn(program, [...rest, ...parameters], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 128, stdout, stderr }))
  })
}
