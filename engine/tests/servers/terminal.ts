/** Runs the product at a terminal of its own (util-linux' `script`), as a person would who reads and types. */
import { spawn } from 'node:child_process'
import { MIGRATOR } from './migrator.ts'

export interface Typed {
  /** Typed, with Enter, once this is on the screen. */
  asked: RegExp
  answer: string
}

export interface AtTerminal {
  directory: string
  parameters: string[]
  /** All of it but PATH and TERM. */
  environment?: Record<string, string>
  typed?: Typed[]
}

/** @returns exit code and all that was on the screen, colours and all */
export function atTerminal({ directory, parameters, environment = {}, typed = [] }: AtTerminal) {
  return new Promise<{ code: number; text: string }>((resolve, reject) => {
    // A terminal of no size breaks every letter into a line of its own.
    const command = `stty cols 200 rows 50; exec ${[MIGRATOR, ...parameters].map((word) => `'${word}'`).join(' ')}`
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: directory,
      env: { PATH: process.env['PATH'], TERM: 'xterm', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const waiting = [...typed]
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const [next] = waiting
      if (next?.asked.test(text)) {
        waiting.shift()
        child.stdin.write(`${next.answer}\r`)
      }
    })
    if (typed.length === 0) child.stdin.end()
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 128, text }))
  })
}
