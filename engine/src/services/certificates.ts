import { createPrivateKey, X509Certificate } from 'node:crypto'
import { domainToASCII } from 'node:url'
import type { Host } from '../host/host.ts'
import { asTextFile, readTextFile } from './text-file.ts'

/** What a certificate file says. Times are ISO 8601; empty when the file could not be read. */
export interface CertificateFacts {
  certificate: string
  key: string | null
  /** Subject alternative names, lower case, wildcards as written. */
  names: string[]
  validFrom: string
  validTo: string
  /** null when the key is not known or may not be read by us (nginx reads it as root). */
  keyMatches: boolean | null
  /** Why the certificate cannot be used: missing, unreadable, no certificate, key of another certificate. */
  problem: string | null
}

/** `DNS:a.example, IP Address:10.0.0.5` as Node prints it; names with unusual characters come quoted. */
function alternativeNames(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]+)/g)].map(([, name = '']) =>
    name.replace(/^"|"$/g, '').trim().toLowerCase(),
  )
}

async function keyState(host: Host, parsed: X509Certificate, key: string): Promise<[boolean | null, string | null]> {
  const read = await readTextFile(host, key)
  if (read.state === 'missing') return [null, `the private key ${key} does not exist`]
  if (read.state === 'unreadable') return [null, null]
  try {
    const matches = parsed.checkPrivateKey(createPrivateKey(read.text))
    return [matches, matches ? null : `the private key ${key} belongs to another certificate`]
  } catch {
    // OpenSSL's words are left out: they add nothing to "cannot be used" and might quote the key.
    return [null, `the private key ${key} cannot be used: it is encrypted or no PEM private key`]
  }
}

/**
 * Reads the first certificate of a PEM file and, when a key is given and may be read, whether it belongs to it.
 * Never throws for a bad file; `problem` says what is wrong with it.
 */
export async function inspectCertificate(
  host: Host,
  certificatePath: string,
  keyPath: string | null,
): Promise<CertificateFacts> {
  const blank = { certificate: certificatePath, key: keyPath, names: [], validFrom: '', validTo: '', keyMatches: null }
  const read = await asTextFile(() => host.readCertificates(certificatePath))
  if (read.state === 'missing') return { ...blank, problem: `${certificatePath} does not exist` }
  if (read.state === 'unreadable') return { ...blank, problem: `${certificatePath} may not be read (${read.code})` }
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(read.text)
  } catch {
    return { ...blank, problem: `${certificatePath} holds no PEM certificate` }
  }
  const [keyMatches, problem] = keyPath === null ? [null, null] : await keyState(host, parsed, keyPath)
  return {
    ...blank,
    names: alternativeNames(parsed.subjectAltName),
    validFrom: parsed.validFromDate.toISOString(),
    validTo: parsed.validToDate.toISOString(),
    keyMatches,
    problem,
  }
}

/**
 * Whether a browser would accept the certificate for a host at a time, as far as the file tells: name and validity.
 * A wildcard stands for exactly one label (RFC 6125 6.4.3); the subject's common name does not count.
 */
export function certificateCovers(facts: CertificateFacts, host: string, now: Date): boolean {
  if (facts.problem !== null) return false
  if (now < new Date(facts.validFrom) || now > new Date(facts.validTo)) return false
  const wanted = (domainToASCII(host) || host).toLowerCase().replace(/\.$/, '')
  const parent = wanted.includes('.') ? wanted.slice(wanted.indexOf('.')) : null
  return facts.names.some((name) => name === wanted || (name.startsWith('*.') && name.slice(1) === parent))
}
