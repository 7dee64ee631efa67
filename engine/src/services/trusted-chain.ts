import { X509Certificate } from 'node:crypto'

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** Unreadable ones are left out: a bundle may hold what this OpenSSL does not know. */
function certificatesIn(text: string): X509Certificate[] {
  return [...text.matchAll(PEM)].flatMap(([pem]) => {
    try {
      return [new X509Certificate(pem)]
    } catch {
      return []
    }
  })
}

/** An authority of the bundle, or somebody that one of the chain vouches for; at most this many steps. */
const DEPTH = 5

/**
 * Whether a client that knows these authorities would believe the first certificate of a chain, name and time aside: each is signed by
 * the next, and the last by an authority of the bundle.
 */
export function chainIsTrusted(chain: string, authorities: string): boolean {
  const [leaf, ...between] = certificatesIn(chain)
  if (!leaf) return false
  const known = certificatesIn(authorities)
  const signed = (by: X509Certificate, one: X509Certificate) => one.checkIssued(by) && one.verify(by.publicKey)
  let one = leaf
  for (let step = 0; step < DEPTH; step += 1) {
    const subject = one
    if (known.some((authority) => authority.raw.equals(subject.raw) || signed(authority, subject))) return true
    const next = between.find((candidate) => !candidate.raw.equals(subject.raw) && signed(candidate, subject))
    if (!next) return false
    one = next
  }
  return false
}
