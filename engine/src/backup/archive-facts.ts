import { createHash } from 'node:crypto'
import { placeEntry } from './archive-entry.ts'
import type { ArchiveFacts } from './backup-facts.ts'
import { type TarEntry, TarReader } from './tar-reader.ts'

/** At most this many entries of a kind are named. */
const NAMED = 100

/** Looks through an archive of files as it passes by; nothing is written. Memory grows by some fifty bytes an entry. */
export class ArchiveFactsReader {
  readonly #tar = new TarReader()
  readonly #sites = new Set<string>()
  readonly #sides = new Map<'public' | 'private', number>()
  readonly #seen = new Set<number>()
  readonly #facts = { files: 0, directories: 0, fileBytes: 0, refusedCount: 0 }
  readonly #refused: ArchiveFacts['refused'] = []
  readonly #duplicates: string[] = []

  /** Sum of the sizes declared so far: known before the bytes are there. */
  get declaredBytes(): number {
    return this.#facts.fileBytes
  }

  /** @throws TarDamaged */
  push(chunk: Buffer): void {
    for (const event of this.#tar.push(chunk)) if (event.kind === 'entry') this.#take(event.entry)
  }

  end(): ArchiveFacts {
    const [commonest] = [...this.#sides].sort(([, one], [, other]) => other - one)
    return {
      ...this.#facts,
      side: commonest?.[0] ?? null,
      sites: [...this.#sites],
      refused: this.#refused,
      duplicates: this.#duplicates,
      ended: this.#tar.ended,
    }
  }

  #take(entry: TarEntry): void {
    const placed = placeEntry(entry)
    this.#facts.fileBytes += entry.bytes
    if ('refused' in placed) {
      this.#facts.refusedCount++
      if (this.#refused.length < NAMED) this.#refused.push({ path: entry.path.slice(0, 300), reason: placed.refused })
      return
    }
    this.#sites.add(placed.site)
    this.#sides.set(placed.side, (this.#sides.get(placed.side) ?? 0) + 1)
    if (entry.kind === 'directory') this.#facts.directories++
    else {
      this.#facts.files++
      this.#noteName(entry.path)
    }
  }

  /** Names are kept as 48 bits of their digest: a million of them stay in 40 MB. */
  #noteName(path: string): void {
    const digest = createHash('sha1').update(path).digest().readUIntBE(0, 6)
    if (!this.#seen.has(digest)) this.#seen.add(digest)
    else if (this.#duplicates.length < NAMED) this.#duplicates.push(path)
  }
}
