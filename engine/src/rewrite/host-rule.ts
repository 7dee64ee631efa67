/**
 * One old name of the site and what becomes of it. Plain JSON: stored in plans and journals.
 */
export interface HostRule {
  /** Lower-case ASCII host (punycode for IDN) without scheme, port or trailing dot; or an IPv4 address. */
  from: string
  /** Only occurrences with exactly this port are this name (a site known as `10.0.0.5:8000`); absent: any port or none. */
  fromPort?: number
  /** Lower-case ASCII host of the new name. */
  to: string
  /** Given by `--url`: links get this scheme and port. Absent: a link keeps the scheme and port it has. */
  toUrl?: { scheme: 'http' | 'https'; port: number | null }
}

/**
 * Which occurrences of the old host count in a value.
 * `url`: only inside a URL (scheme://, //, their escaped spellings, userinfo).
 * `host`: those, and the host standing alone (a field whose purpose is a host name, a list of hosts).
 * `file-url`: as `url`, and a value that is an absolute URL of an own file (`/files/…`, `/private/files/…`) becomes its path.
 * `own-file`: as `file-url`, and an absolute URL of another host is left alone as a whole: it may be signed, query and all.
 */
export type ValueForm = 'url' | 'host' | 'file-url' | 'own-file'

/** One place in a value, in UTF-16 offsets of the value before. */
export interface Occurrence {
  start: number
  end: number
  /** The host (with scheme, separators, port as far as they change) before and after, in the value's own escaping. */
  before: string
  after: string
  /** Changed under no rule: an escaped name, or one that may be part of credentials. */
  doubtful?: true
}

export interface RewrittenText {
  /** The identical string when nothing changed. */
  value: string
  changed: Occurrence[]
  /** The host standing alone where the form does not rewrite it: shown in the plan as offered. */
  bare: Occurrence[]
  /** Set when the value was left alone as a whole, and why (words for people). `value` is then the original. */
  refused?: string
}
