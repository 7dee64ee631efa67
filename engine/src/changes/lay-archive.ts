import { createHash, type Hash } from 'node:crypto'
import { copyFile, type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { placeEntry, placePath } from '../backup/archive-entry.ts'
import { type TarEntry, TarReader } from '../backup/tar-reader.ts'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'

/** Files as they were laid, by their paths below the directory: size and SHA-256. */
export type Manifest = Record<string, { bytes: number; sha256: string }>

const FILE_MODE = 0o644

/**
 * Writes the files of an archive that passes by into a directory made for them. Only what belongs below `<side>/files` is written, no
 * link is ever made, and so none can be followed.
 */
export class ArchiveLayer {
  readonly manifest: Manifest = {}
  readonly #tar = new TarReader()
  readonly #side: 'public' | 'private'
  readonly #to: string
  #open: { below: string; handle: FileHandle; hash: Hash; bytes: number } | null = null

  constructor(side: 'public' | 'private', to: string) {
    this.#side = side
    this.#to = to
  }

  /** @throws TarDamaged, MigratorError `archive-file-missing`, `archive-names-clash` */
  async push(chunk: Buffer): Promise<void> {
    for (const event of this.#tar.push(chunk)) {
      if (event.kind === 'entry') await this.#begin(event.entry)
      else if (event.kind === 'data') await this.#write(event.bytes)
      else await this.#end()
    }
  }

  /** Closes what a broken archive has left open. */
  async close(): Promise<void> {
    await this.#open?.handle.close()
    this.#open = null
  }

  async #begin(entry: TarEntry): Promise<void> {
    const placed = placeEntry(entry)
    if ('refused' in placed || placed.side !== this.#side || placed.below === '') return
    const path = join(this.#to, placed.below)
    try {
      await this.#lay(entry, path, placed.below)
    } catch (error) {
      // One entry is a file, another needs a directory of its name.
      if (CLASHES.has(systemCode(error) ?? '')) throw namesClash(entry, error)
      throw error
    }
  }

  async #lay(entry: TarEntry, path: string, below: string): Promise<void> {
    if (entry.kind === 'directory') await mkdir(path, { recursive: true })
    else {
      await mkdir(dirname(path), { recursive: true })
      if (entry.kind === 'hard-link') await this.#copy(entry, below)
      // A later entry of the same name takes the place of the earlier one, as tar does it.
      else
        this.#open = {
          below,
          handle: await open(path, 'w', FILE_MODE),
          hash: createHash('sha256'),
          bytes: 0,
        }
    }
  }

  async #copy(entry: TarEntry, below: string): Promise<void> {
    const leads = placePath(entry.target)
    const known = 'refused' in leads ? undefined : this.manifest[leads.below]
    if ('refused' in leads || known === undefined) throw withoutContent(entry)
    await copyFile(join(this.#to, leads.below), join(this.#to, below))
    this.manifest[below] = known
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#open === null) return
    this.#open.hash.update(bytes)
    this.#open.bytes += bytes.length
    await this.#open.handle.writeFile(bytes)
  }

  async #end(): Promise<void> {
    if (this.#open === null) return
    const { below, handle, hash, bytes } = this.#open
    this.#open = null
    await handle.close()
    this.manifest[below] = { bytes, sha256: hash.digest('hex') }
  }
}

const CLASHES = new Set(['EEXIST', 'ENOTDIR', 'EISDIR'])

/** A hard link has no bytes of its own: left out, the file would be missing without a word. */
const withoutContent = ({ path, target }: TarEntry): MigratorError =>
  new MigratorError({
    code: 'archive-file-missing',
    kind: 'failed',
    message: 'The archive names a file whose content it does not hold.',
    evidence: `${JSON.stringify(path)} is a hard link to ${JSON.stringify(target)}, which does not stand before it`,
    untouched: 'The files of the site were not touched.',
    hint: 'Unpack the archive, and pack it again with tar --hard-dereference.',
    failureClass: 'configuration',
  })

const namesClash = ({ path }: TarEntry, cause: unknown): MigratorError =>
  new MigratorError({
    code: 'archive-names-clash',
    kind: 'failed',
    message: 'A name stands in the archive as a file and as a directory, too.',
    evidence: JSON.stringify(path),
    untouched: 'The files of the site were not touched.',
    hint: 'bench backup does not write such archives: find out how it was put together, and pack it again.',
    failureClass: 'configuration',
    cause,
  })
