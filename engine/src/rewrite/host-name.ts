import { domainToASCII } from 'node:url'

/** Why a text is no host name. */
export type HostProblem =
  | 'empty'
  | 'white-space'
  | 'scheme'
  | 'userinfo'
  | 'path'
  | 'wildcard'
  | 'port'
  | 'dot-at-edge'
  | 'dash-at-edge'
  | 'empty-label'
  | 'label-too-long'
  | 'name-too-long'
  | 'bad-character'
  | 'bad-address'

/** `underscore`: Frappe serves `my_site.local`, but browsers' cookies and certificates do not accept it everywhere. */
export type HostWarning = 'underscore' | 'ambiguous'

export type ParsedHost =
  | { ok: true; host: string; port: number | null; warnings: HostWarning[] }
  | { ok: false; problem: HostProblem; sentence: string }

/**
 * Reads a name given as `--source` or `--target`: lower case, internationalised names as punycode. A port is refused
 * unless `allowPort` says that the name may be one like `10.0.0.5:8000`. The length limits are DNS's (label 63,
 * name 253); a site's directory may have 255 bytes, so any host that passes can be one.
 */
export function parseHostName(text: string, options: { allowPort?: boolean } = {}): ParsedHost {
  const early = problemOfText(text)
  if (early !== undefined) return refusal(early)
  const [name = '', portText, ...more] = text.split(':')
  const port = portText === undefined ? null : Number(portText)
  if (more.length > 0) return refusal('bad-character')
  if (portText !== undefined && (!options.allowPort || !/^[0-9]{1,5}$/.test(portText) || Number(portText) > 65535)) {
    return refusal('port')
  }
  const host = toAscii(name)
  const late = host === undefined ? 'bad-character' : problemOfName(host)
  if (host === undefined || late !== undefined) return refusal(late ?? 'bad-character')
  const warnings: HostWarning[] = []
  if (host.includes('_')) warnings.push('underscore')
  if (isAmbiguousHost(host)) warnings.push('ambiguous')
  return { ok: true, host, port, warnings }
}

/**
 * Whether a name is too common to be replaced wherever it stands: without a dot (`site1`, `frontend`, `localhost`),
 * shorter than four letters, or this machine's own address. Such a name is rewritten only as the site's identity.
 */
export function isAmbiguousHost(host: string): boolean {
  if (!host.includes('.') || host.length < 4) return true
  return host === '0.0.0.0' || host === 'localhost.localdomain' || /^127(\.[0-9]{1,3}){3}$/.test(host)
}

function problemOfText(text: string): HostProblem | undefined {
  if (text.trim() === '') return 'empty'
  if (/\s/.test(text)) return 'white-space'
  if (text.includes('://') || text.startsWith('//')) return 'scheme'
  if (text.includes('@')) return 'userinfo'
  if (/[/\\?#]/.test(text)) return 'path'
  if (text.includes('*')) return 'wildcard'
  return undefined
}

/** Only names beyond ASCII go through IDNA: it would also turn `10.5` into an address. */
function toAscii(name: string): string | undefined {
  const isInternational = /[^\p{ASCII}]/u.test(name) || /(^|\.)xn--/i.test(name)
  const host = isInternational ? domainToASCII(name) : name.toLowerCase()
  return host === '' && name !== '' ? undefined : host
}

function problemOfName(host: string): HostProblem | undefined {
  if (host === '') return 'empty'
  if (host.startsWith('.') || host.endsWith('.')) return 'dot-at-edge'
  const labels = host.split('.')
  if (labels.includes('')) return 'empty-label'
  if (/[^a-z0-9._-]/.test(host)) return 'bad-character'
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) return 'dash-at-edge'
  if (labels.some((label) => label.length > 63)) return 'label-too-long'
  if (host.length > 253) return 'name-too-long'
  // A last label of digits makes browsers read the name as an IPv4 address (URL standard, host parsing).
  const looksLikeAddress = labels.length > 1 && /^[0-9]+$/.test(labels.at(-1) ?? '')
  return looksLikeAddress && !isAddress(labels) ? 'bad-address' : undefined
}

function isAddress(labels: string[]): boolean {
  return labels.length === 4 && labels.every((label) => /^(0|[1-9][0-9]{0,2})$/.test(label) && Number(label) <= 255)
}

const SENTENCES: Record<HostProblem, string> = {
  empty: 'the name is empty',
  'white-space': 'the name contains white space',
  scheme: 'the name must be given without a scheme (`old.example`, not `https://old.example`)',
  userinfo: 'the name must be given without user or e-mail address',
  path: 'the name must be given without a path or query',
  wildcard: 'a wildcard is not the name of one site',
  port: 'the name must be given without a port',
  'dot-at-edge': 'the name begins or ends with a dot',
  'dash-at-edge': 'a part of the name begins or ends with a dash',
  'empty-label': 'the name has two dots in a row',
  'label-too-long': 'a part of the name is longer than 63 characters',
  'name-too-long': 'the name is longer than 253 characters',
  'bad-character': 'the name contains a character that no host name can have',
  'bad-address': 'the name looks like an IPv4 address but is none',
}

function refusal(problem: HostProblem): ParsedHost {
  return { ok: false, problem, sentence: SENTENCES[problem] }
}
