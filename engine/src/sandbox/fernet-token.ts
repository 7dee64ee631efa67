import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/** What Frappe writes into `__Auth` where encrypted=1: a Fernet token (github.com/fernet/spec), base64url with padding. */
const VERSION = 0x80

function keyParts(key: string): { signing: Buffer; encryption: Buffer } {
  const raw = Buffer.from(key, 'base64url')
  if (raw.length !== 32) throw new RangeError('a Fernet key is 32 bytes in base64url')
  return { signing: raw.subarray(0, 16), encryption: raw.subarray(16) }
}

/** base64url with the `=` padding that Python's base64 insists on. */
export function paddedBase64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** Encrypts with a given 16-byte initialization vector, so that a seeded site is made alike each time. */
export function encryptFernet(
  key: string,
  plaintext: string,
  initializationVector: Buffer,
  secondsSinceEpoch: number,
): string {
  const { signing, encryption } = keyParts(key)
  const head = Buffer.alloc(9)
  head.writeUInt8(VERSION, 0)
  head.writeBigUInt64BE(BigInt(secondsSinceEpoch), 1)
  const cipher = createCipheriv('aes-128-cbc', encryption, initializationVector)
  const body = Buffer.concat([head, initializationVector, cipher.update(plaintext, 'utf8'), cipher.final()])
  return paddedBase64Url(Buffer.concat([body, createHmac('sha256', signing).update(body).digest()]))
}

/** The plaintext, or null when the key does not open the token. */
export function decryptFernet(key: string, token: string): string | null {
  const { signing, encryption } = keyParts(key)
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length < 73 || bytes[0] !== VERSION) return null
  const body = bytes.subarray(0, -32)
  if (!timingSafeEqual(createHmac('sha256', signing).update(body).digest(), bytes.subarray(-32))) return null
  const decipher = createDecipheriv('aes-128-cbc', encryption, body.subarray(9, 25))
  return Buffer.concat([decipher.update(body.subarray(25)), decipher.final()]).toString('utf8')
}
