import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const REPOSITORY = resolve(import.meta.dirname, '../../../..')

/** Python that any user may run and that can make virtual environments; scripts/tools chooses the same one. */
export const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** PATH with bench, uv and yarn in front, as scripts/tools leaves them. */
export const PATH_WITH_TOOLS = `${join(REPOSITORY, '.tools/bin')}:${process.env['PATH']}`

export interface Outcome {
  code: number
  stdout: string
  stderr: string
  pid: number
}

export interface Surroundings {
  cwd?: string
  env?: Record<string, string>
}

/** Runs a program to its end, whatever its exit code. `env` comes on top of this process's own. */
export function type(program: string, words: string[], { cwd, env }: Surroundings = {}): Promise<Outcome> {
  return new Promise((done, failed) => {
    const options = { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env } }
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') return failed(error)
      done({ code: Number(error?.code ?? 0), stdout, stderr, pid: child.pid ?? 0 })
    })
  })
}

/** As {@link type}, for steps that have to work. */
export async function mustType(program: string, words: string[], surroundings?: Surroundings): Promise<Outcome> {
  const outcome = await type(program, words, surroundings)
  if (outcome.code === 0) return outcome
  throw new Error(`${program} ${words.join(' ')}: exit code ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`)
}
