import { connect as connectSocket, type OnReadOpts, type Socket } from 'node:net'
import type { ConnectionConfig } from 'mariadb'
import type { MariadbAddress } from '../connection.ts'
import { asMigratorError } from '../connection-errors.ts'
import {
  type Answer,
  columnCount,
  commandPacket,
  connectionLost,
  endsRows,
  QUERY,
  QUIT,
  readAnswer,
  refusal,
} from './wire-packets.ts'

/** Bytes the operating system fills at once; a larger packet is only met in rows, which take it in parts. */
const RECEIVED_BYTES = 512 << 10

/** What takes the bytes of a result's rows: see RowConverter. */
export interface RowTaker {
  /** Takes what it can of received[at, end) and answers where it stopped: at a packet that is not whole, or at the rows' end. */
  push(received: Buffer, at: number, end: number): number
  /** true where the next byte starts a packet that may be the result's last. */
  readonly betweenRows: boolean
  /** true when no more should come for now. */
  readonly full: boolean
}

type Waiting = { take(packet: Buffer): boolean; fail(error: Error): void }

/**
 * A session whose packets we write and read ourselves: the connector logs in over our socket and leaves it to us. Its value for value
 * way costs ten times what the servers need for the same rows. Commands may be sent before earlier ones are answered.
 */
export class WireSession {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #received = Buffer.allocUnsafeSlow(RECEIVED_BYTES)
  #start = 0
  #end = 0
  #rows: { taker: RowTaker; done(): void; fail(error: Error): void } | null = null
  #lost: Error | null = null
  #takenOver = false

  private constructor(address: MariadbAddress) {
    const onread: OnReadOpts = {
      buffer: () => this.#room(),
      callback: (bytes) => this.#take(bytes),
    }
    this.#socket =
      address.socket === null
        ? connectSocket({ host: address.host ?? 'localhost', port: address.port ?? 3306, onread, noDelay: true })
        : connectSocket({ path: address.socket, onread })
  }

  /**
   * @param settings statements for the session
   * @throws MigratorError as connect does
   */
  static async open(address: MariadbAddress, settings: string[]): Promise<WireSession> {
    const { createConnection } = await import('mariadb')
    const session = new WireSession(address)
    const socket = session.#socket
    try {
      // Result sets end in one way, whatever the server could do: an option of the connector that its types leave out.
      const options: ConnectionConfig & { keepEof: true } = {
        host: 'localhost',
        stream: (give) => give(undefined, socket),
        user: address.user,
        password: address.password,
        database: address.database,
        connectTimeout: 10_000,
        keepAliveDelay: 30_000,
        charset: 'utf8mb4',
        keepEof: true,
        bulk: true,
      }
      const connection = await createConnection(options)
      for (const statement of settings) await connection.query(statement)
    } catch (error) {
      socket.destroy()
      throw asMigratorError(error, address, 'connecting')
    }
    for (const event of ['data', 'error', 'end', 'timeout', 'drain']) socket.removeAllListeners(event)
    session.#takenOver = true
    const lost = (cause?: Error) => session.#fail(connectionLost(cause))
    socket.on('error', lost)
    socket.on('close', () => lost())
    return session
  }

  /** Sends bytes that are whole packets already; the array must not be changed until the server has answered. */
  send(packets: Uint8Array, onSent?: () => void): void {
    if (this.#lost === null) this.#socket.write(packets, onSent)
  }

  /** The next answer that is one packet. @throws ServerRefusal, or an error with code ER_SOCKET_UNEXPECTED_CLOSE */
  answer(): Promise<Answer> {
    return this.#wait<Answer>((packet, resolve) => {
      resolve(readAnswer(packet))
      return true
    })
  }

  /** The answer to a preparation: the statement's number, as commands name it. */
  prepared(): Promise<Buffer> {
    let left = -1
    let statement = Buffer.alloc(4)
    return this.#wait<Buffer>((packet, resolve) => {
      if (left === -1) {
        statement = Buffer.from(packet.subarray(1, 5))
        // The parameters' definitions and their end follow; an INSERT has no columns.
        const parameters = packet.readUInt16LE(7)
        left = parameters === 0 ? 0 : parameters + 1
      } else left--
      if (left === 0) resolve(statement)
      return left === 0
    })
  }

  async execute(sql: string): Promise<Answer> {
    this.send(commandPacket(QUERY, Buffer.from(sql)))
    return this.answer()
  }

  /** Runs a query and hands its rows over as they come; resolves after the last. */
  select(sql: string, taker: RowTaker): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      let left = -1
      const take = (packet: Buffer): boolean => {
        left = left === -1 ? columnCount(packet) : left - 1
        if (left === -1) this.#rows = { taker, done: resolve, fail: reject }
        return left === -1
      }
      if (this.#lost === null) this.#waiting.push({ fail: reject, take })
      else reject(this.#lost)
    })
    this.send(commandPacket(QUERY, Buffer.from(sql)))
    return ended
  }

  /** Goes on with rows whose taker was full. */
  resume(): void {
    if (this.#lost === null) this.#socket.resume()
  }

  async close(): Promise<void> {
    if (this.#lost !== null) return
    this.#socket.end(commandPacket(QUIT, Buffer.alloc(0)))
    await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
  }

  /** Breaks it off: what it was at is rolled back by the server. */
  destroy(): void {
    this.#socket.destroy()
    this.#fail(connectionLost())
  }

  #wait<Result>(take: (packet: Buffer, resolve: (result: Result) => void) => boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) reject(this.#lost)
      else this.#waiting.push({ take: (packet) => take(packet, resolve), fail: reject })
    })
  }

  #fail(error: Error): void {
    this.#lost ??= error
    this.#rows?.fail(error)
    this.#rows = null
    for (const one of this.#waiting.splice(0)) one.fail(error)
  }

  /** Where the next bytes go: behind those of a packet that is not whole yet. */
  #room(): Buffer {
    if (this.#start > 0) {
      this.#received.copyWithin(0, this.#start, this.#end)
      this.#end -= this.#start
      this.#start = 0
    }
    return this.#received.subarray(this.#end)
  }

  #take(bytes: number): boolean {
    if (!this.#takenOver) return this.#socket.emit('data', Buffer.from(this.#received.subarray(0, bytes)))
    this.#end += bytes
    try {
      this.#consume()
    } catch (error) {
      this.#socket.destroy()
      this.#fail(error instanceof Error ? error : new Error(String(error)))
      return false
    }
    return this.#rows?.taker.full !== true
  }

  #consume(): void {
    for (;;) {
      const rows = this.#rows
      if (rows !== null) this.#start = rows.taker.push(this.#received, this.#start, this.#end)
      if (rows !== null && !rows.taker.betweenRows) return
      const packet = this.#packet()
      if (packet === null) return
      if (rows === null) this.#dispatch(packet)
      else this.#endRows(rows, packet)
    }
  }

  #packet(): Buffer | null {
    if (this.#end - this.#start < 4) return null
    const bytes = this.#received.readUIntLE(this.#start, 3)
    const from = this.#start + 4
    if (bytes + 4 > RECEIVED_BYTES) throw new Error(`a packet of ${bytes} bytes where a short one was expected`)
    if (this.#end < from + bytes) return null
    // A row stays for its taker.
    if (this.#rows !== null && !endsRows(this.#received, from, bytes)) return null
    this.#start = from + bytes
    return this.#received.subarray(from, from + bytes)
  }

  #endRows(rows: { done(): void; fail(error: Error): void }, packet: Buffer): void {
    this.#rows = null
    const error = refusal(packet)
    if (error === null) rows.done()
    else rows.fail(error)
  }

  #dispatch(packet: Buffer): void {
    const [first] = this.#waiting
    if (first === undefined) throw refusal(packet) ?? new Error('an answer that nobody waits for')
    const error = refusal(packet)
    if (error !== null) {
      this.#waiting.shift()
      first.fail(error)
    } else if (first.take(packet)) this.#waiting.shift()
  }
}
