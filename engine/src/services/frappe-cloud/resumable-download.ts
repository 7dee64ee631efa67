import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { MigratorError } from '../../host/errors.ts'
import type { CloudLink } from './cloud-backups.ts'
import { cloudErrors } from './cloud-errors.ts'

export interface Download {
  /** Where the whole file will be; until then `<path>.part` grows. */
  path: string
  /** For messages: `the database of backup b1`. */
  what: string
  /** null where it is not known before. */
  bytes: number | null
  /** Asked for a first link, and for a new one when the store says that the old one expired. */
  link: () => Promise<CloudLink>
  signal: AbortSignal
  onProgress?: ((bytes: number) => void) | undefined
  /** First pause after a broken connection; doubled each time, one that brought bytes begins anew. Default 1,000. */
  pauseMilliseconds?: number | undefined
}

/** Attempts in a row that bring no byte. */
const ATTEMPTS = 6
/** No byte for this long is a broken connection. */
const SILENCE_MILLISECONDS = 60_000

/**
 * Fetches a file into `path` (0600), going on where an earlier attempt broke, this one or one of another day. Afterwards its size is the
 * one that was told, and what is gzip by its first bytes is read to its end.
 * @throws MigratorError `download-incomplete`, `download-damaged`, or of cloudErrors
 */
export async function download(wanted: Download): Promise<{ bytes: number; sha256: string }> {
  const present = await sizeOf(wanted.path)
  if (present === null || (wanted.bytes !== null && present !== wanted.bytes)) {
    await fetchPart(wanted)
    await rename(`${wanted.path}.part`, wanted.path)
    await rm(`${wanted.path}.tag`, { force: true })
  }
  return await inspect(wanted)
}

async function fetchPart(wanted: Download): Promise<void> {
  let link = await wanted.link()
  let idle = 0
  for (;;) {
    const before = (await sizeOf(`${wanted.path}.part`)) ?? 0
    const end = await attempt(wanted, link, before)
    const now = (await sizeOf(`${wanted.path}.part`)) ?? 0
    if (end === 'whole') return
    idle = now > before ? 0 : idle + 1
    if (idle >= ATTEMPTS) throw incomplete(wanted, now, end)
    if (end === 'expired') {
      if (idle > 2)
        throw cloudErrors.backupNotAvailable(`The store does not give ${wanted.what}.`, 'it refuses fresh links, too')
      link = await wanted.link()
      continue
    }
    const pause = (wanted.pauseMilliseconds ?? 1000) * 2 ** idle
    await wait(pause, undefined, { signal: wanted.signal })
  }
}

/** How one request ended: `whole`, `expired` (a new link is needed), or why it broke. */
async function attempt(wanted: Download, link: CloudLink, from: number): Promise<string> {
  const part = `${wanted.path}.part`
  const tag = from > 0 ? await readFile(`${wanted.path}.tag`, 'utf8').catch(() => null) : null
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error('no byte for a minute')), SILENCE_MILLISECONDS)
  try {
    const response = await fetch(link.address, {
      headers: {
        'accept-encoding': 'identity',
        ...(link.cookie === null ? {} : { cookie: link.cookie }),
        // Without a tag nothing says that the rest is of the same file.
        ...(tag === null ? {} : { range: `bytes=${from}-`, 'if-range': tag }),
      },
      // A session belongs to one host.
      redirect: link.cookie === null ? 'follow' : 'error',
      signal: AbortSignal.any([wanted.signal, silence.signal]),
    })
    if (response.status === 416) {
      await rm(part, { force: true })
      return 'the store has less than was fetched: begun anew'
    }
    // S3 says of a link whose time is over, as of a session that ended, 403.
    if (response.status === 401 || response.status === 403 || response.status === 410) return 'expired'
    if (response.status === 404)
      throw cloudErrors.backupNotAvailable(`${wanted.what} is not where Frappe Cloud says.`, 'HTTP 404')
    if ((response.status !== 200 && response.status !== 206) || response.body === null) return `HTTP ${response.status}`
    const resumed = response.status === 206 && startOf(response) === from
    if (response.status === 206 && !resumed) return 'the store answered with another part of the file'
    await keepTag(wanted, response, resumed)
    const total = totalOf(response, resumed ? from : 0) ?? wanted.bytes
    const file = await open(part, resumed ? 'a' : 'w', 0o600)
    const end = await append(file, response.body, resumed ? from : 0, wanted, timer)
    if (total !== null && end < total) return `the connection ended after ${end} of ${total} bytes`
    return 'whole'
  } catch (error) {
    wanted.signal.throwIfAborted()
    if (error instanceof MigratorError || isOfDisk(error)) throw error
    // Addresses carry signatures: only the cause's own words.
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : 'the connection broke'
  } finally {
    clearTimeout(timer)
  }
}

async function append(
  file: FileHandle,
  body: ReadableStream<Uint8Array>,
  from: number,
  wanted: Download,
  timer: NodeJS.Timeout,
): Promise<number> {
  let bytes = from
  try {
    for await (const chunk of body) {
      timer.refresh()
      await file.writeFile(chunk)
      bytes += chunk.length
      wanted.onProgress?.(bytes)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return bytes
}

async function keepTag({ path }: Download, response: Response, resumed: boolean): Promise<void> {
  const tag = response.headers.get('etag') ?? response.headers.get('last-modified')
  if (resumed) return
  // A weak tag may not be used for parts (RFC 9110 13.1.5).
  if (tag === null || tag.startsWith('W/')) await rm(`${path}.tag`, { force: true })
  else await writeFile(`${path}.tag`, tag, { mode: 0o600 })
}

const startOf = (response: Response): number | null => {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
  return start === undefined ? null : Number(start)
}

function totalOf(response: Response, from: number): number | null {
  const length = response.headers.get('content-length')
  return length === null ? null : from + Number(length)
}

const sizeOf = async (path: string): Promise<number | null> =>
  await stat(path).then(
    ({ size }) => size,
    () => null,
  )

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO'].includes(String(error.code))

/** Size, digest, and whether what is compressed opens to its end. A damaged file is put out of the way: the next attempt begins anew. */
async function inspect({ path, what, bytes, signal }: Download): Promise<{ bytes: number; sha256: string }> {
  const size = (await sizeOf(path)) ?? 0
  if (bytes !== null && size !== bytes) throw await damaged(path, what, `${size} bytes, ${bytes} were told`)
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest, { signal })
  if (await isGzip(path)) {
    const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
    await pipeline(createReadStream(path), createGunzip(), nothing, { signal }).catch(async (error: unknown) => {
      signal.throwIfAborted()
      throw await damaged(path, what, error instanceof Error ? error.message : String(error))
    })
  }
  return { bytes: size, sha256: digest.digest('hex') }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.readUInt16BE() === 0x1f8b
  } finally {
    await file.close()
  }
}

async function damaged(path: string, what: string, evidence: string): Promise<MigratorError> {
  await rename(path, `${path}.damaged`)
  return new MigratorError({
    code: 'download-damaged',
    kind: 'failed',
    message: `What came as ${what} is damaged.`,
    evidence: `${evidence}; kept as ${path}.damaged`,
    untouched: 'Nothing was changed, at Frappe Cloud or here.',
    hint: 'Type the same again to fetch it anew; should it be damaged again, take another one with --backup ID.',
  })
}

const incomplete = ({ what }: Download, bytes: number, why: string): MigratorError =>
  new MigratorError({
    code: 'download-incomplete',
    kind: 'failed',
    message: `The download of ${what} broke off.`,
    evidence: `${bytes} bytes came; ${why}`,
    untouched: 'Nothing was changed, at Frappe Cloud or here.',
    hint: 'Type the same again: it goes on where it broke off.',
  })
