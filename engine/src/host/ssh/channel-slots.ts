/** An OpenSSH server lets ten sessions through one connection (MaxSessions): two are our shells, one is kept free. */
const MOST_AT_ONCE = 7

/** Lets so many things happen at once; the others wait for their turn. */
export class ChannelSlots {
  #free = MOST_AT_ONCE
  readonly #waiting: (() => void)[] = []

  /** Waits for a slot; what it answers gives the slot back. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
