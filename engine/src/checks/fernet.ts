import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a Fernet token opens with a key (github.com/fernet/spec): the key's first half signs (HMAC-SHA256), the second
 * decrypts (AES-128-CBC). The clear text is thrown away.
 */
export function opensWith(token: string, key: string): boolean {
  const secret = Buffer.from(key, 'base64url')
  const bytes = Buffer.from(token, 'base64url')
  if (secret.length !== 32 || bytes.length < 1 + 8 + 16 + 16 + 32 || bytes[0] !== 0x80) return false
  const signed = bytes.subarray(0, -32)
  const signature = createHmac('sha256', secret.subarray(0, 16)).update(signed).digest()
  if (!timingSafeEqual(signature, bytes.subarray(-32))) return false
  try {
    const decipher = createDecipheriv('aes-128-cbc', secret.subarray(16), signed.subarray(9, 25))
    decipher.update(signed.subarray(25))
    decipher.final()
    return true
  } catch (error) {
    // Wrong padding is the answer, not a failure of ours.
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}
