import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { type Answer, FramedAnswers } from './framed-answers.ts'

const STDERR_LIMIT = 16 * 1024

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** How a shell ended, for whoever has to say why. */
export interface ShellEnd {
  /** Whether it ever answered. */
  answered: boolean
  stderr: string
}

/**
 * A POSIX shell at the other end of a connection that is asked one script after the other. All may be sent at once: it works
 * them off in order, so that a hundred questions cost one round trip.
 */
export class FramedShell {
  readonly #child: ChildProcess
  readonly #nonce = randomBytes(16).toString('hex')
  readonly #waiting: Waiting[] = []
  readonly #answers = new FramedAnswers(this.#nonce)
  readonly #explain: (end: ShellEnd) => Error
  #answered = false
  #ended: Error | null = null
  #stderr = ''
  /** Scripts that were sent. */
  asked = 0

  /** @param explain makes the error of everything that waits when the shell ends */
  constructor(child: ChildProcess, explain: (end: ShellEnd) => Error) {
    this.#child = child
    this.#explain = explain
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT)
    })
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk))
    // What cannot be written is told by the shell's end.
    child.stdin?.on('error', () => undefined)
    child.once('error', (error) => this.#end(error.message))
    child.once('close', () => this.#end(''))
    // Until somebody waits for an answer, an open connection does not keep the program from ending.
    this.#hold(false)
    child.stdin?.write('cd /; LC_ALL=C; export LC_ALL; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n')
    // Whatever the login shell says to itself comes before this first answer.
    this.ask(':').catch(() => undefined)
  }

  get isOpen(): boolean {
    return this.#ended === null
  }

  /**
   * Runs a script in a subshell without input, its errors among its output.
   * @throws what `explain` made, when the shell ended before it answered
   */
  ask(script: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended)
        return
      }
      this.asked += 1
      this.#waiting.push({ resolve, reject })
      this.#hold(true)
      this.#child.stdin?.write(`(${script}\n) </dev/null 2>&1; printf '\\n%s %d\\n' ${this.#nonce} $?\n`)
    })
  }

  /** Lets the shell end by itself: its input ends. */
  close(): void {
    this.#child.stdin?.end()
  }

  #take(chunk: Buffer): void {
    for (const answer of this.#answers.push(chunk)) {
      this.#answered = true
      this.#waiting.shift()?.resolve(answer)
    }
    if (this.#waiting.length === 0) this.#hold(false)
  }

  #end(words: string): void {
    if (this.#ended) return
    this.#ended = this.#explain({ answered: this.#answered, stderr: `${this.#stderr}${words}`.trim() })
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended)
  }

  #hold(held: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr] as unknown[]) {
      const handle = part as { ref?(): void; unref?(): void } | null
      if (held) handle?.ref?.()
      else handle?.unref?.()
    }
  }
}
