/** What the nginx configuration files say about the hosts they serve. Offsets are UTF-16 offsets into the file's text. */
export interface NginxFile {
  /** As included. */
  path: string
  /** Links followed: the file that is edited. */
  realPath: string
  text: string
  /** Set when the file could not be read or parsed; `line 12: …` where a line is to blame. Its blocks are then missing. */
  problem: string | null
  /** The bytes are not UTF-8: `text` holds one character a byte. Such a file is read, never edited. */
  notUtf8?: true
}

/** One argument of a directive, where it stands. `value` has its quotes removed. */
export interface NginxWord {
  value: string
  start: number
  end: number
  /** Only when it stands in another file than its block: a snippet the block includes. */
  file?: string
}

export interface NginxListen {
  /** null: every IPv4 address (`80`, `*:80`, `0.0.0.0:80`). IPv6 without brackets. `unix:/path` has port 0. */
  address: string | null
  port: number
  tls: boolean
  /** As written: `[::]:443 ssl http2`. */
  text: string
}

export interface NginxServer {
  /** `NginxFile.path` of the file it stands in. */
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
  /** `root` with links followed, where that directory exists. */
  realRoot: string | null
  /** Files included inside the block, also indirectly. */
  snippets: string[]
  returns: string[]
  /** Where its requests go: `http://127.0.0.1:8000` of `proxy_pass`, `unix:/run/php.sock` of `fastcgi_pass`. */
  passes: string[]
  /** `root` and `alias` inside, certificate challenges (`/.well-known/`) left out. */
  directories: string[]
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

export interface NginxUpstream {
  name: string
  /** `127.0.0.1:8000` */
  servers: string[]
}

export interface NginxFacts {
  mainConfig: string
  program: string | null
  version: string | null
  /** The running master process, when it may be seen. */
  master: { pid: number; startTime: string; userId: number } | null
  /** The systemd unit the master runs in: `nginx.service`. */
  unit: string | null
  /** `-p` of the running master; null: the program's own. */
  prefix: string | null
  /** In reading order. */
  files: NginxFile[]
  /** In reading order: the first one of a listen address is its default unless another says so. */
  servers: NginxServer[]
  maps: NginxMap[]
  upstreams: NginxUpstream[]
  /** Include patterns as written in the http block, resolved: `/etc/nginx/conf.d/*.conf`. */
  includes: string[]
  /** The include patterns of the http block that read a whole directory: where a file of our own can stand. */
  includePoints: NginxIncludePoint[]
}

export interface NginxIncludePoint {
  /** `/etc/nginx/conf.d/*.conf`, as nginx expands it. */
  pattern: string
  /** How many server blocks nginx has read before it. */
  serversBefore: number
  /** The files read there, in order, and how many server blocks each holds. */
  members: { path: string; servers: number }[]
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
  /** Ports of this machine on which the bench answers: a block that hands on to one of them serves its sites. */
  webPorts: number[]
  /** An old name too common to be the site's wherever it stands: it counts only in blocks of this bench, as a name. */
  commonName?: string
  certificate: { certificate: string; key: string } | null
  /** Write a server block for the old name that sends visitors to the new one. */
  redirect: {
    from: string
    /** Further old names that are renamed too. */
    also?: string[]
    toUrl: string
    status: 307 | 308
    /** For a name whose block does not say its certificate itself. */
    tls: { certificate: string; key: string } | null
  } | null
}

export interface NginxEdit {
  path: string
  /** null: the file is new. */
  before: string | null
  after: string
}

/** What is spliced into nginx's files, for whatever purpose. */
export interface NginxEditPlan {
  edits: NginxEdit[]
  /** For the plan: one line each, `config/nginx.conf:41 server_name old.cloud → new.domain`. */
  changes: { file: string; line: number; what: string; before: string; after: string }[]
  /** Things that make the edit impossible or wrong; each becomes a refusal (exit 4). */
  problems: { file: string; line: number | null; problem: string; hint: string }[]
  /** Worth knowing, no obstacle: a wildcard that matches the new name, a word that still names the old host. */
  notes: { file: string; line: number | null; note: string }[]
  /** Names that stay in a block which gets the new certificate. */
  recertified: { file: string; line: number; names: string[] }[]
}
