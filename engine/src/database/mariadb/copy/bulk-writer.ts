import type { BulkTarget } from './row-converter.ts'
import { commandPacket } from './wire-packets.ts'
import type { WireSession } from './wire-session.ts'

const HEADER = 4
const LARGEST_PACKET = 0xffffff
/** Bytes of rows in one statement; a larger row is a statement of its own. */
const STATEMENT_BYTES = 1 << 20
/** Statements on their way or at work, and bytes not yet given to the system: the source waits while there are more. */
const STATEMENTS_AT_WORK = 3
const UNSENT_BYTES = 8 << 20

const USUAL_BYTES = STATEMENT_BYTES + (STATEMENT_BYTES >> 1)

const PREPARE = 0x16
const CLOSE = 0x19
const BULK_EXECUTE = 0xfa
/** Stands for the statement prepared last, so that its number need not be waited for. */
const LAST_PREPARED = 0xffffffff
const SEND_TYPES = 128
const STRING = 253

/** A row that the server would refuse to take in one statement. */
export class RowTooLarge extends Error {
  override readonly name = 'RowTooLarge'
}

/**
 * Fills bulk statements (COM_STMT_BULK_EXECUTE) with rows and sends them without waiting for the one before. The server takes a value's
 * bytes as they are: no escapes, no switch or right as for LOAD DATA LOCAL, and half of its time (measured on 10.11: docs/evidence).
 */
export class BulkWriter implements BulkTarget {
  bytes: Buffer = Buffer.allocUnsafeSlow(USUAL_BYTES)
  used = 0
  /** Called when there is room again after it was full. */
  onRoom: () => void = () => undefined
  readonly #session: WireSession
  /** The server's max_allowed_packet. */
  readonly #largestStatement: number
  readonly #statementBytes: number
  readonly #free: Buffer[] = []
  #insert = ''
  #head: Buffer = Buffer.alloc(0)
  #inTransaction = false
  #statement: Buffer | null = null
  #hasRows = false
  #largeRow = false
  #sequence = 0
  /** Bytes of the statement under way that are sent already. */
  #sent = 0
  #stored = 0
  #atWork = 0
  #unsent = 0
  #failure: { error: unknown } | null = null
  #answers: Promise<void>[] = []

  constructor(session: WireSession, largestStatement: number) {
    this.#session = session
    this.#largestStatement = largestStatement
    this.#statementBytes = Math.min(STATEMENT_BYTES, largestStatement >> 1)
  }

  get full(): boolean {
    return this.#failure === null && (this.#atWork > STATEMENTS_AT_WORK || this.#unsent > UNSENT_BYTES)
  }

  /** What the server said first against a statement; null: nothing. */
  get failure(): unknown {
    return this.#failure?.error ?? null
  }

  /** Begins the rows of one INSERT, with so many parameters a row. */
  begin(insert: string, parameters: number): void {
    this.#insert = insert
    this.#head = statementHead(parameters)
    this.#inTransaction = false
    this.#statement = null
    this.#stored = 0
    this.#answers = []
    this.#failure = null
    this.#startStatement()
  }

  beginRow(bytes: number): void {
    this.#largeRow = bytes > this.#statementBytes
    if (this.#largeRow && this.#hasRows) this.#endStatement(false)
  }

  reserve(count: number): void {
    while (this.used - HEADER >= LARGEST_PACKET) this.#sendWhole()
    if (this.used + count <= this.bytes.length) return
    const wanted = Math.max(
      this.used + count,
      Math.min(this.bytes.length * 2, HEADER + LARGEST_PACKET + STATEMENT_BYTES),
    )
    const larger: Buffer = Buffer.allocUnsafeSlow(wanted)
    this.bytes.copy(larger, 0, 0, this.used)
    this.bytes = larger
  }

  endRow(): void {
    this.#hasRows = true
    if (this.#largeRow || this.used >= this.#statementBytes) this.#endStatement(false)
    this.#largeRow = false
  }

  /** Sends what is left, waits for the server and commits. Answers how many rows it stored. @throws what the server said */
  async finish(): Promise<number> {
    this.#endStatement(true)
    await Promise.all(this.#answers)
    if (this.#failure !== null) throw this.#failure.error
    if (this.#inTransaction) await this.#session.execute('COMMIT')
    if (this.#statement !== null) this.#session.send(commandPacket(CLOSE, this.#statement))
    return this.#stored
  }

  #startStatement(): void {
    this.#head.copy(this.bytes, HEADER)
    this.used = HEADER + this.#head.length
    this.#sequence = 0
    this.#sent = 0
    this.#hasRows = false
  }

  #endStatement(isLast: boolean): void {
    if (!this.#hasRows) return
    if (this.#failure !== null) throw this.#failure.error
    while (this.used - HEADER >= LARGEST_PACKET) this.#sendWhole()
    if (this.#sent === 0) this.#prepare(isLast)
    this.#sendPacket(this.used)
    const { bytes } = this
    this.#atWork++
    this.#expect(
      this.#session.answer().then(({ affectedRows }) => {
        this.#stored += affectedRows
        this.#atWork--
        if (bytes.length === USUAL_BYTES) this.#free.push(bytes)
        if (!this.full) this.onRoom()
      }),
    )
    this.bytes = this.#free.pop() ?? Buffer.allocUnsafeSlow(USUAL_BYTES)
    this.#startStatement()
  }

  /** A packet of the largest size, which says that the statement goes on in the next. */
  #sendWhole(): void {
    if (this.#sent === 0) this.#prepare(false)
    const whole = HEADER + LARGEST_PACKET
    const rest: Buffer = Buffer.allocUnsafeSlow(whole + STATEMENT_BYTES)
    this.bytes.copy(rest, HEADER, whole, this.used)
    this.#sendPacket(whole)
    this.used -= LARGEST_PACKET
    this.bytes = rest
  }

  #sendPacket(end: number): void {
    const payload = end - HEADER
    this.#sent += payload
    if (this.#sent > this.#largestStatement) throw new RowTooLarge(`a row of more than ${this.#largestStatement} bytes`)
    this.bytes.writeUIntLE(payload, 0, 3)
    this.bytes[3] = this.#sequence++ & 0xff
    this.#unsent += payload
    this.#session.send(this.bytes.subarray(0, end), () => {
      this.#unsent -= payload
      if (!this.full) this.onRoom()
    })
  }

  /** Before the first statement of a table's rows. A single one needs no transaction around it. */
  #prepare(isOnly: boolean): void {
    if (this.#answers.length > 0) return
    if (!isOnly) this.#expect(this.#session.execute('START TRANSACTION'))
    this.#inTransaction = !isOnly
    this.#session.send(commandPacket(PREPARE, Buffer.from(this.#insert)))
    this.#expect(
      this.#session.prepared().then((statement) => {
        this.#statement = statement
      }),
    )
  }

  #expect(answer: Promise<unknown>): void {
    this.#answers.push(
      answer.then(
        () => undefined,
        (error: unknown) => {
          this.#failure ??= { error }
          // Whoever reads for us must not wait for room that never comes.
          this.onRoom()
        },
      ),
    )
  }
}

function statementHead(parameters: number): Buffer {
  const head = Buffer.alloc(7 + 2 * parameters)
  head[0] = BULK_EXECUTE
  head.writeUInt32LE(LAST_PREPARED, 1)
  head.writeUInt16LE(SEND_TYPES, 5)
  for (let at = 7; at < head.length; at += 2) head.writeUInt16LE(STRING, at)
  return head
}
