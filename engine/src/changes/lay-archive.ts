import { createHash, type Hash } from 'node:crypto'
import { copyFile, type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { placeEntry, placePath } from '../backup/archive-entry.ts'
import { type TarEntry, TarReader } from '../backup/tar-reader.ts'

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

  /** @throws TarDamaged */
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
    if (entry.kind === 'directory') await mkdir(path, { recursive: true })
    else {
      await mkdir(dirname(path), { recursive: true })
      if (entry.kind === 'hard-link') await this.#copy(entry, placed.below)
      // A later entry of the same name takes the place of the earlier one, as tar does it.
      else
        this.#open = {
          below: placed.below,
          handle: await open(path, 'w', FILE_MODE),
          hash: createHash('sha256'),
          bytes: 0,
        }
    }
  }

  async #copy(entry: TarEntry, below: string): Promise<void> {
    const leads = placePath(entry.target)
    const known = 'refused' in leads ? undefined : this.manifest[leads.below]
    if ('refused' in leads || known === undefined) return
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
