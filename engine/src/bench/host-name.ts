import { domainToASCII } from 'node:url'

/** A host as configuration and people write it. */
export interface WrittenHost {
  /** Lower-case ASCII. */
  host: string
  /** null when none is given or it is the scheme's own. */
  port: number | null
  scheme: 'http' | 'https' | null
}

/** Lower-case ASCII spelling of a host: without trailing dot, IDN as punycode. Text that is no host is only lower-cased. */
export function canonicalHost(text: string): string {
  const lower = text.trim().toLowerCase().replace(/\.$/, '')
  // domainToASCII would turn a site called `1` into 0.0.0.1, so it only sees what needs it.
  return [...lower].every((letter) => letter <= '\x7f') ? lower : domainToASCII(lower) || lower
}

/** Reads `https://old.cloud`, `old.cloud:8000`, `[::1]:8000`, `http://old.cloud/path`; null when no host is in it. */
export function parseWrittenHost(text: string): WrittenHost | null {
  const match = /^\s*(?:(https?):)?(?:\/\/)?(\[[0-9a-f:.]+\]|[^\s/:?#@[\]]+)(?::(\d{1,5}))?(?:[/?#]\S*)?\s*$/i.exec(
    text,
  )
  const [, writtenScheme, writtenHost, writtenPort] = match ?? []
  if (writtenHost === undefined) return null
  const lowerScheme = writtenScheme?.toLowerCase()
  const scheme = lowerScheme === 'http' || lowerScheme === 'https' ? lowerScheme : null
  const port = writtenPort === undefined ? null : Number(writtenPort)
  const own = (scheme === 'https' && port === 443) || (scheme !== 'https' && port === 80)
  return { host: canonicalHost(writtenHost), port: own ? null : port, scheme }
}
