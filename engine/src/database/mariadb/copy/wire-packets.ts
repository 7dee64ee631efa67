/** What the packets of the client/server protocol say, as far as a copy meets them. */

const OK = 0x00
const END = 0xfe
const ERROR = 0xff
/** A row that starts with a value of 16 MB or more also starts with this byte, but is longer. */
const LONGEST_END = 9

/** What a statement without rows did. */
export interface Answer {
  affectedRows: number
  warnings: number
}

/** What the server said against a statement; its fields are those of the connector's errors. */
class ServerRefusal extends Error {
  readonly code: string
  readonly errno: number
  readonly sqlState: string
  readonly sqlMessage: string

  constructor(errno: number, sqlState: string, text: string) {
    super(`(${errno}) ${text}`)
    this.name = 'ServerRefusal'
    this.code = `ER_${errno}`
    this.errno = errno
    this.sqlState = sqlState
    this.sqlMessage = text
  }
}

/** The connection ended under what was at work. */
export const connectionLost = (cause?: Error): Error =>
  Object.assign(new Error('the connection was lost', { cause }), { code: 'ER_SOCKET_UNEXPECTED_CLOSE' })

/** The error in a packet, or null when it is none. */
export function refusal(packet: Buffer): Error | null {
  if (packet[0] !== ERROR) return null
  const hasState = packet[3] === 0x23
  const state = hasState ? packet.toString('latin1', 4, 9) : ''
  return new ServerRefusal(packet.readUInt16LE(1), state, packet.toString('utf8', hasState ? 9 : 3))
}

/** Whether the packet is the last of a result: its end, or an error in the middle. */
export function endsRows(received: Buffer, from: number, bytes: number): boolean {
  const first = received[from]
  return first === ERROR || (first === END && bytes < LONGEST_END)
}

/** @throws Error where the packet is something else */
export function readAnswer(packet: Buffer): Answer {
  if (packet[0] !== OK) throw new Error('rows where a statement should answer none')
  const affected = lengthAt(packet, 1)
  const inserted = lengthAt(packet, affected.next)
  return { affectedRows: affected.value, warnings: packet.readUInt16LE(inserted.next + 2) }
}

/** A length-encoded number. */
function lengthAt(packet: Buffer, at: number): { value: number; next: number } {
  const first = packet.readUInt8(at)
  if (first < 0xfb) return { value: first, next: at + 1 }
  if (first === 0xfc) return { value: packet.readUInt16LE(at + 1), next: at + 3 }
  if (first === 0xfd) return { value: packet.readUIntLE(at + 1, 3), next: at + 4 }
  return { value: Number(packet.readBigUInt64LE(at + 1)), next: at + 9 }
}

export const QUERY = 0x03
export const QUIT = 0x01

/** A command that fits one packet. */
export function commandPacket(command: number, body: Buffer): Buffer {
  const packet = Buffer.allocUnsafe(5 + body.length)
  packet.writeUIntLE(body.length + 1, 0, 3)
  packet[3] = 0
  packet[4] = command
  body.copy(packet, 5)
  return packet
}

/** Of a result, from its first packet. @throws Error where there is none */
export function columnCount(packet: Buffer): number {
  const [first = OK] = packet
  if (first === OK) throw new Error('a statement that should answer rows answered none')
  return first < 0xfb ? first : packet.readUInt16LE(1)
}
