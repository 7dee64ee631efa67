/** What the nginx configuration files say about the hosts they serve. Offsets are UTF-16 offsets into the file's text. */
export interface NginxFile {
  /** As included. */
  path: string
  /** Links followed: the file that is edited. */
  realPath: string
  text: string
  /** Set when the file could not be read or parsed; with line. Its blocks are then missing. */
  problem: string | null
}

/** One argument of a directive, where it stands. `value` has its quotes removed. */
export interface NginxWord {
  value: string
  start: number
  end: number
}

export interface NginxListen {
  address: string | null
  port: number
  tls: boolean
  /** As written: `[::]:443 ssl http2`. */
  text: string
}

export interface NginxServer {
  file: string
  line: number
  /** The whole block `server { … }`. */
  start: number
  end: number
  names: NginxWord[]
  listens: NginxListen[]
  certificate: NginxWord | null
  certificateKey: NginxWord | null
  /** Values of `proxy_set_header X-Frappe-Site-Name …` inside. */
  siteHeaders: NginxWord[]
  root: string | null
  returns: string[]
}

export interface NginxMap {
  file: string
  line: number
  start: number
  end: number
  /** `$host` */
  source: string
  /** `$site_name_abc` */
  variable: string
  entries: { key: NginxWord; value: NginxWord; line: number }[]
}

export interface NginxFacts {
  mainConfig: string
  program: string | null
  version: string | null
  /** The running master process, when it may be seen. */
  master: { pid: number; startTime: string } | null
  files: NginxFile[]
  servers: NginxServer[]
  maps: NginxMap[]
  /** Include patterns as written in the http block, resolved: `/etc/nginx/conf.d/*.conf`. */
  includes: string[]
}

/** What a rename wants of nginx. */
export interface NginxRenameRequest {
  /** Names as they stand in `server_name` and map keys, old → new. */
  hosts: { from: string; to: string }[]
  /** Set when the site's directory is renamed: map values, literal headers and paths `/…/sites/<from>/`. */
  directory: { from: string; to: string } | null
  sitesPath: string
  /** Every name the site is known by: its blocks are those that carry one of them, and no other site's. */
  siteNames: string[]
  certificate: { certificate: string; key: string } | null
  /** Write a server block for the old name that sends visitors to the new one. */
  redirect: { from: string; toUrl: string; status: 307 | 308; tls: { certificate: string; key: string } | null } | null
}

export interface NginxEdit {
  path: string
  /** null: the file is new. */
  before: string | null
  after: string
}

export interface NginxRenamePlan {
  edits: NginxEdit[]
  /** For the plan: one line each, `config/nginx.conf:41 server_name old.cloud → new.domain`. */
  changes: { file: string; line: number; what: string; before: string; after: string }[]
  /** Things that make the edit impossible or wrong; each becomes a refusal (exit 4). */
  problems: { file: string; line: number | null; problem: string; hint: string }[]
}
