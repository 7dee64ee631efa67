import { createHash } from 'node:crypto'

/** SHA-256 of any JSON value with its keys sorted, hex. */
export function digestOf(value: unknown): string {
  const sorted = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(sorted)
    if (part !== null && typeof part === 'object') {
      return Object.fromEntries(
        Object.entries(part)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    }
    return part
  }
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? 'undefined')
    .digest('hex')
}

export const sha256Of = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')
