/** Certificates of a certificate authority of the test's own, made by openssl. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

export interface TestCertificate {
  certificate: string
  key: string
  /** The authority's certificate: what a client must trust. */
  authority: string
}

/**
 * Makes an authority and a certificate for the host names (wildcards allowed) in `directory`, valid from now on for
 * `days` (negative: expired; the authority is always valid).
 */
export async function makeCertificate(
  directory: string,
  hosts: [string, ...string[]],
  days = 30,
): Promise<TestCertificate> {
  await mkdir(directory, { recursive: true })
  const at = (name: string) => path.join(directory, name)
  const openssl = (...argv: string[]) => promisify(execFile)('openssl', argv)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    at('authority.key'),
    '-out',
    at('authority.pem'),
    '-subj',
    '/CN=Test authority',
    '-days',
    '60',
  )
  await openssl('req', ...curve, '-keyout', at('site.key'), '-out', at('site.csr'), '-subj', `/CN=${hosts[0]}`)
  await writeFile(at('names'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`)
  const signing = [
    '-CA',
    at('authority.pem'),
    '-CAkey',
    at('authority.key'),
    '-CAcreateserial',
    '-extfile',
    at('names'),
  ]
  await openssl('x509', '-req', '-in', at('site.csr'), ...signing, '-days', String(days), '-out', at('site.pem'))
  return { certificate: at('site.pem'), key: at('site.key'), authority: at('authority.pem') }
}
