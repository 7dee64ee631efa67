/** What a shell answered to one script: everything it wrote, and its exit code. */
export interface Answer {
  code: number
  output: Buffer
}

/**
 * Takes the answers of a shell out of one stream. Each ends with a line that holds a number nobody else can know and the exit
 * code, so that an answer may hold any bytes.
 */
export class FramedAnswers {
  readonly #mark: Buffer
  #data = Buffer.allocUnsafe(64 << 10)
  #length = 0
  #searched = 0

  constructor(nonce: string) {
    this.#mark = Buffer.from(`\n${nonce} `)
  }

  /** Answers that are whole with this chunk, in order. */
  push(chunk: Buffer): Answer[] {
    this.#append(chunk)
    const found: Answer[] = []
    for (let answer = this.#next(); answer !== null; answer = this.#next()) found.push(answer)
    return found
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length
    if (needed > this.#data.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#data.length * 2))
      this.#data.copy(larger, 0, 0, this.#length)
      this.#data = larger
    }
    chunk.copy(this.#data, this.#length)
    this.#length = needed
  }

  #next(): Answer | null {
    const data = this.#data.subarray(0, this.#length)
    const at = data.indexOf(this.#mark, Math.max(0, this.#searched - this.#mark.length))
    this.#searched = at === -1 ? this.#length : at
    if (at === -1) return null
    const end = data.indexOf('\n', at + this.#mark.length)
    if (end === -1) return null
    const answer = {
      code: Number(data.toString('latin1', at + this.#mark.length, end)),
      output: Buffer.from(data.subarray(0, at)),
    }
    this.#data.copyWithin(0, end + 1, this.#length)
    this.#length -= end + 1
    this.#searched = 0
    return answer
  }
}
