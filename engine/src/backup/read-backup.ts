import { ArchiveFactsReader } from './archive-facts.ts'
import type { ArchiveFacts, BackupFacts, ContentFacts, ContentFormat, Damage, DumpFacts } from './backup-facts.ts'
import type { BackupPart, BackupSet } from './backup-set.ts'
import { DumpFactsReader } from './dump-facts.ts'
import { type ReadOptions, readPart } from './part-content.ts'
import { recognizeContent } from './recognize.ts'
import { readSiteConfig } from './site-config-facts.ts'
import { TarDamaged } from './tar-reader.ts'

/** A configuration is some kilobytes. */
const LARGEST_CONFIG = 8 << 20

export interface BackupReadOptions extends ReadOptions {
  /** Which part is being read, and how far. */
  onPart?: ((part: BackupPart, read: number, total: number) => void) | undefined
}

/** Reads all parts of a backup to their ends, once, in bounded memory. Changes nothing, and never throws for what the files are. */
export async function readBackup(set: BackupSet, options: BackupReadOptions = {}): Promise<BackupFacts> {
  const optionsFor = (part: BackupPart): ReadOptions => ({
    ...options,
    onProgress: (read, total) => options.onPart?.(part, read, total),
  })
  const archive = async (part: BackupPart | null) => (part === null ? null : await readArchive(part, optionsFor(part)))
  return {
    set,
    database: await readDump(set.database, optionsFor(set.database)),
    publicFiles: await archive(set.publicFiles),
    privateFiles: await archive(set.privateFiles),
    siteConfig: set.siteConfig === null ? null : await readConfig(set.siteConfig, optionsFor(set.siteConfig)),
  }
}

/** One pass over a dump. What is no SQL is left after its first bytes. */
export async function readDump(
  part: BackupPart,
  options: ReadOptions = {},
): Promise<{ content: ContentFacts; dump: DumpFacts | null }> {
  const reader = new DumpFactsReader()
  const content = await readPart(
    part,
    options,
    onlyOf('sql', (chunk) => {
      reader.push(chunk)
      return true
    }),
  )
  return { content, dump: content.recognized.content === 'sql' ? reader.end() : null }
}

/** One pass over an archive of files. It is left as soon as its entries declare more than `largestContent`. */
export async function readArchive(
  part: BackupPart,
  options: ReadOptions = {},
): Promise<{ content: ContentFacts; archive: ArchiveFacts | null }> {
  const reader = new ArchiveFactsReader()
  const limit = options.largestContent ?? Number.POSITIVE_INFINITY
  let found: Omit<Damage, 'afterBytes'> | null = null
  const look = (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch (error) {
      if (!(error instanceof TarDamaged)) throw error
      found = { kind: 'corrupt', said: error.message }
      return false
    }
    if (reader.declaredBytes <= limit) return true
    found = { kind: 'too-large', said: `its files declare ${reader.declaredBytes} bytes, more than ${limit}` }
    return false
  }
  const content = await readPart(part, options, onlyOf('tar', look))
  if (content.recognized.content !== 'tar') return { content, archive: null }
  const archive = reader.end()
  const cut: Omit<Damage, 'afterBytes'> = { kind: 'truncated', said: 'the blocks that end a tar archive are missing' }
  const own: Omit<Damage, 'afterBytes'> | null = found ?? (archive.ended ? null : cut)
  const damage = content.damage ?? (own && { ...own, afterBytes: content.plainBytes })
  return { content: { ...content, damage }, archive }
}

async function readConfig(part: BackupPart, options: ReadOptions) {
  const chunks: Buffer[] = []
  const content = await readPart(part, { ...options, largestContent: LARGEST_CONFIG }, (chunk) => {
    chunks.push(chunk)
    return true
  })
  const readable = content.recognized.content === 'json' || content.recognized.content === 'unknown'
  return { content, config: readable ? readSiteConfig(Buffer.concat(chunks).toString('utf8')) : null }
}

/** Looks at the first chunk: what is not of this format is left there. A file of some gigabytes of zeros costs nothing this way. */
function onlyOf(format: ContentFormat, take: (chunk: Buffer) => boolean) {
  let opening: Buffer | null = Buffer.alloc(0)
  return (chunk: Buffer): boolean => {
    if (opening !== null) {
      opening = Buffer.concat([opening, chunk])
      if (opening.length >= 512 && recognizeContent(opening.subarray(0, 64 << 10)) !== format) return false
      if (opening.length >= 64 << 10) opening = null
    }
    return take(chunk)
  }
}
