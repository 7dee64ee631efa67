import { isIP } from 'node:net'
import type { CertificateFacts } from '../../bench/bench-facts.ts'
import type { Host } from '../../host/host.ts'
import { chainIsTrusted } from '../../services/trusted-chain.ts'

/** How the source reaches the target's nginx. */
export interface ForwardWay {
  address: string
  port: number
  /** File at the source whose authorities vouch for the target's certificate; null: unencrypted. */
  authorities: string | null
}

/** Where distributions keep the authorities that programs believe: Debian and its kin, Red Hat and its kin, Alpine. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']
const PATIENCE_MILLISECONDS = 5_000

interface Asked {
  source: Host
  target: Host
  /** As OpenSSH is asked for the target: `[user@]host[:port]`, `local`. */
  server: string
  name: string
  /** Where the target will serve the site; `listening`: somebody is there already, so that the way can be tried. */
  ports: { plain: number | null; tls: number | null }
  listening: number[]
  certificate: CertificateFacts | null
}

/** The way the source's nginx will take, tried from the source; null with what was tried. */
export async function findForwardWay(asked: Asked): Promise<{ way: ForwardWay | null; tried: string[] }> {
  const { ports, source } = asked
  const authorities = ports.tls === null ? null : await trustingBundle(asked)
  const wanted = authorities === null ? ports.plain : ports.tls
  const tried: string[] = []
  if (wanted === null)
    return { way: null, tried: [`the target serves ${asked.name} on no port that the source can use`] }
  const probed = asked.listening.includes(wanted) ? wanted : ports.plain
  for (const address of candidates(asked)) {
    const problem = probed === null ? null : await knock(source, address, probed, probed === ports.tls, asked.name)
    if (problem === null) return { way: { address, port: wanted, authorities }, tried }
    tried.push(`${address}:${probed}: ${problem}`)
  }
  return { way: null, tried }
}

/** What the user calls it, then its own addresses; none that the source itself has. */
function candidates({ source, target, server }: Asked): string[] {
  const own = new Set(source.addresses())
  const named =
    server === 'local'
      ? []
      : [
          server
            .replace(/^[^@]*@/, '')
            .replace(/:\d+$/, '')
            .replace(/^\[|\]$/g, ''),
        ]
  const others = target
    .addresses()
    .filter((address) => isIP(address) !== 0 && !own.has(address) && !/^(127\.|::1$|fe80:|169\.254\.)/i.test(address))
  return [...new Set([...named, ...others])]
}

/** null: something answers there, whatever it says of a site that is not there yet. */
async function knock(source: Host, address: string, port: number, tls: boolean, name: string): Promise<string | null> {
  try {
    await source.request({ address, port, tls, hostName: name, path: '/', timeoutMilliseconds: PATIENCE_MILLISECONDS })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function trustingBundle({ source, target, certificate }: Asked): Promise<string | null> {
  if (certificate === null) return null
  const chain = await target.readCertificates(certificate.certificate)
  for (const path of BUNDLES) {
    if ((await source.status(path)) === null) continue
    return chainIsTrusted(chain, (await source.readFile(path)).toString('latin1')) ? path : null
  }
  return null
}
