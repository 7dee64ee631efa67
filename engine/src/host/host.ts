import type { Readable, Writable } from 'node:stream'

/**
 * Where commands run and files live: this machine (local/) or a server over the user's own OpenSSH (ssh/).
 * Everything above reads and writes the world through this interface, so each of them is one more folder here.
 */

export interface FileStatus {
  kind: 'file' | 'directory' | 'symlink' | 'other'
  bytes: number
  /** Permission bits only: 0o644. */
  mode: number
  userId: number
  groupId: number
  device: number
  inode: number
  /** When its content last changed, milliseconds since the epoch; absent where a host does not tell. */
  modified?: number
}

export interface Command {
  /** The program and its arguments; never a shell string. */
  argv: [string, ...string[]]
  directory?: string
  /** Added to a minimal environment (PATH, HOME, USER, LANG); never secrets. */
  environment?: Record<string, string>
  input?: string | Buffer
  /** Content of further descriptors (3, 4 …): the way secrets reach a child (`--defaults-extra-file=/dev/fd/3`). */
  secrets?: string[]
  /** Ends the child's process group (TERM, then KILL) after this long. Default 60,000. */
  timeoutMilliseconds?: number
  signal?: AbortSignal
  /** Goes through the one privileged runner: `sudo -n`, or directly when already root. */
  privileged?: boolean
  /** Called with pid and start time once the child exists and before its input is sent; awaited, so that it can be journalled. */
  onStart?: (identity: ProcessIdentity) => Promise<void>
}

export interface Completed {
  exitCode: number
  signal: string | null
  stdout: string
  stderr: string
  timedOut: boolean
}

/** Identifies a process for good: a pid alone is reused. */
export interface ProcessIdentity {
  pid: number
  /** Clock ticks since boot (field 22 of /proc/<pid>/stat), as text. */
  startTime: string
  bootId: string
}

export interface ProcessFacts extends ProcessIdentity {
  parent: number
  userId: number
  argv: string[]
  directory: string | null
  /** The file its program ran from, when that is gone from the disk; null while it (or a newer one) is there, and when it may not be seen. */
  lostProgram: string | null
}

export interface Listener {
  protocol: 'tcp'
  address: string
  port: number
  pid: number | null
}

/** Where a server listens, as the machine it runs on names it. */
export type Endpoint = { host: string; port: number } | { socket: string }

/** A running program whose standard streams are the caller's. Nothing of what it writes is kept but the end of its stderr. */
export interface OpenedProcess {
  stdin: Writable
  stdout: Readable
  /** null when it had ended before it could be looked at. */
  identity: ProcessIdentity | null
  /** How it ended, as run() tells it (a program that does not exist: 127). Rejects only when the connection to its machine broke. */
  ended: Promise<Omit<Completed, 'stdout'>>
}

export interface Host {
  /** `local`, or the server as it was named: `user@server:port`. */
  readonly name: string
  readonly userId: number
  readonly userName: string
  /** null when nothing is there; follows no link. Other failures (no permission) throw the system's error. */
  status(path: string): Promise<FileStatus | null>
  /** `privileged`: with root's rights where ours do not do and we have them; crontabs alone are read so. */
  readFile(path: string, options?: { privileged?: boolean }): Promise<Buffer>
  /** Names in a directory, sorted. `privileged` as in readFile, for crontabs and Let's Encrypt's certificates. */
  list(path: string, options?: { privileged?: boolean }): Promise<string[]>
  /** The certificates of a PEM file and nothing else of it, never a key; with root's rights where ours do not do and we have them. */
  readCertificates(path: string): Promise<string>
  readLink(path: string): Promise<string>
  realPath(path: string): Promise<string>
  /**
   * Temporary file beside the real path, fsync, rename, fsync of the directory; owner and mode of an existing file are kept.
   * Where rename is impossible (a bind mount: EBUSY) it is written in place.
   */
  writeFile(path: string, content: Buffer | string, options?: { mode?: number; privileged?: boolean }): Promise<void>
  /**
   * Settles what a killed writer of this file left: content that was not yet whole goes, a write in place that was begun is ended.
   * Nothing there is fine.
   */
  settleUnfinished(path: string, options?: { privileged?: boolean }): Promise<void>
  makeDirectory(path: string, mode?: number): Promise<void>
  /** A symbolic link with this text, in the place of one that is there; atomic and durable like writeFile. */
  writeLink(path: string, text: string): Promise<void>
  /** Renames and makes it durable in both parents. Never over an existing target: throws EEXIST. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file, a link or (recursive) a directory; nothing there is fine. */
  remove(path: string, options?: { recursive?: boolean; privileged?: boolean }): Promise<void>
  run(command: Command): Promise<Completed>
  /** What this machine is reached by: the addresses of its interfaces, and its name. */
  addresses(): string[]
  freeBytes(path: string): Promise<number>
  freeInodes(path: string): Promise<number>
  /** All processes that may be seen. */
  processes(): Promise<ProcessFacts[]>
  processIdentity(pid: number): Promise<ProcessIdentity | null>
  /** Whether a process of this number exists that belongs to somebody else: whether it may be looked at is another question. */
  isHiddenProcess(pid: number): Promise<boolean>
  listeners(): Promise<Listener[]>
  /** One HTTP request to an address with a Host header of our choice; never follows redirects. */
  request(request: HttpRequest): Promise<HttpResponse>
  /** How privileged actions would be done. `none`: they must be done by hand. */
  privilege(): Promise<'root' | 'sudo' | 'none'>
  /**
   * Where a server that this host reaches can be reached from the machine we run on. This machine: as given. Over SSH: a unix
   * socket in a private directory, forwarded until close(). One for each endpoint, however often it is asked for.
   */
  reach(endpoint: Endpoint): Promise<Endpoint>
  /** Starts a program whose standard streams are the caller's: for what is too long to keep. Without a time limit unless one is given. */
  open(command: Omit<Command, 'input'>): Promise<OpenedProcess>
  /** Sends a signal to the process group that this process leads. False when it is gone, or its number is another's by now. */
  endProcess(identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean>
  /** Ends connections and forwarded sockets. Nothing to do on this machine. */
  close(): Promise<void>
}

export interface HttpRequest {
  method?: 'GET' | 'HEAD'
  address: string
  port: number
  tls: boolean
  /** Host header and TLS server name. */
  hostName: string
  path: string
  timeoutMilliseconds?: number
}

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  /** At most 2 MiB of the body: a page of Frappe carries 250 KB of icons before its content. */
  body: string
  /** TLS only: whether the certificate chain and name were accepted; the reason otherwise. */
  certificateProblem: string | null
}
