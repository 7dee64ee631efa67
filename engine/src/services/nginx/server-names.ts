import type { NginxListen, NginxServer } from './nginx-facts.ts'

/** A name that stands for one host only: no wildcard, no regular expression, not `_` or empty. */
export const isLiteralName = (name: string): boolean => /^[^.*~_$][^*$]*$/.test(name) || /^_[^*$]+$/.test(name)

/**
 * Whether a `server_name` that is not literal matches a host. null: a regular expression that only nginx can judge.
 * https://nginx.org/en/docs/http/server_names.html
 */
export function patternMatches(name: string, host: string): boolean | null {
  const lower = name.toLowerCase()
  if (lower.startsWith('~')) return regexMatches(name.slice(1), host)
  if (lower.startsWith('*.')) return host.endsWith(lower.slice(1)) && host.length > lower.length - 1
  if (lower.startsWith('.')) return host === lower.slice(1) || host.endsWith(lower)
  if (lower.endsWith('.*')) return host.startsWith(lower.slice(0, -1))
  return false
}

function regexMatches(source: string, host: string): boolean | null {
  try {
    return new RegExp(source.replaceAll('(?P<', '(?<'), 'i').test(host)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Two blocks compete for a name only when they listen at the same place. */
export const listenKey = (listen: NginxListen): string => `${listen.address ?? '*'}:${listen.port}`

export const listenKeys = (server: NginxServer): string[] => [...new Set(server.listens.map(listenKey))]

const OTHER_BENCH_ROOT = /\/sites$/
const withoutSlash = (path: string) => path.replace(/\/+$/, '')

/** The `root` of a bench's blocks is its `sites` directory. */
export function benchOf(server: NginxServer, sitesPath: string): 'this' | 'other' | 'unknown' {
  const roots = [server.root, server.realRoot].filter((root) => root !== null).map(withoutSlash)
  if (roots.includes(withoutSlash(sitesPath))) return 'this'
  return roots.some((root) => OTHER_BENCH_ROOT.test(root)) ? 'other' : 'unknown'
}
