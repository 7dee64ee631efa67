/**
 * Joins several producers to one consumer: a producer waits while the queue is full, the consumer while it is empty.
 * This is what keeps memory flat however many rows hit.
 */
export class BoundedQueue<Item> implements AsyncIterable<Item> {
  readonly #limit: number
  readonly #items: Item[] = []
  #ended = false
  #failure: { error: unknown } | null = null
  #cancelled = false
  #wakeConsumer: (() => void) | null = null
  #wakeProducers: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** true when the consumer has left: producers should stop. */
  get cancelled(): boolean {
    return this.#cancelled
  }

  /** Resolves when there is room for the next item; false when nobody wants items any more. */
  async push(item: Item): Promise<boolean> {
    while (this.#items.length >= this.#limit && !this.#cancelled) {
      await new Promise<void>((resolve) => this.#wakeProducers.push(resolve))
    }
    if (this.#cancelled) return false
    this.#items.push(item)
    this.#wakeConsumer?.()
    return true
  }

  end(): void {
    this.#ended = true
    this.#wakeConsumer?.()
  }

  /** The consumer meets this error after the items already queued. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.end()
  }

  cancel(): void {
    this.#cancelled = true
    this.#releaseProducers()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    try {
      while (true) {
        const item = this.#items.shift()
        if (item !== undefined) {
          this.#releaseProducers()
          yield item
          continue
        }
        if (this.#failure !== null) throw this.#failure.error
        if (this.#ended) return
        await new Promise<void>((resolve) => {
          this.#wakeConsumer = resolve
        })
        this.#wakeConsumer = null
      }
    } finally {
      this.cancel()
    }
  }

  #releaseProducers(): void {
    const waiting = this.#wakeProducers
    this.#wakeProducers = []
    for (const wake of waiting) wake()
  }
}
