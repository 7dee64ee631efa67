import type { Host } from '../host/host.ts'

/** What became of an attempt to read a file as text. `code` is the system's word: EACCES, EISDIR. */
export type TextFile = { state: 'read'; text: string } | { state: 'missing' } | { state: 'unreadable'; code: string }

/** The system's code of a failure (ENOENT, EACCES); null for an error that is not the system's. */
export function failureCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Reads a file without failing for what a machine may well hold: nothing, no permission, a directory, bytes that are no UTF-8. */
export function readTextFile(host: Host, path: string, options?: { privileged?: boolean }): Promise<TextFile> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return asTextFile(async () => decoder.decode(await host.readFile(path, options)))
}

/** What became of reading a text, without failing for what a machine may well hold. */
export async function asTextFile(read: () => Promise<string>): Promise<TextFile> {
  try {
    return { state: 'read', text: await read() }
  } catch (error) {
    const code = failureCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' }
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { state: 'unreadable', code: 'not UTF-8' }
    if (code !== null) return { state: 'unreadable', code }
    throw error
  }
}

/** Names in a directory; none when it is missing, may not be read or is no directory. For places that are only guessed at. */
export async function listOrNothing(host: Host, directory: string): Promise<string[]> {
  return (await listDirectory(host, directory)).names
}

/** A place that is there and could not be read. `reason` is the system's word: EACCES. */
export interface Unreadable {
  where: string
  reason: string
}

/** Names in a directory; a missing one has none. */
export async function listDirectory(
  host: Host,
  directory: string,
  options?: { privileged?: boolean },
): Promise<{ names: string[]; unreadable: Unreadable[] }> {
  try {
    return { names: await host.list(directory, options), unreadable: [] }
  } catch (error) {
    const code = failureCode(error)
    if (code === null) throw error
    const absent = code === 'ENOENT' || code === 'ENOTDIR'
    return { names: [], unreadable: absent ? [] : [{ where: directory, reason: code }] }
  }
}

/** Whether a text names a path or something below it; `/home/frappe/bench` is not in `/home/frappe/bench2/env`. */
export function mentionsPath(text: string, path: string): boolean {
  let from = text.indexOf(path)
  while (from >= 0) {
    const before = text[from - 1] ?? ' '
    const after = text[from + path.length] ?? ' '
    if (!/[\w.-]/.test(after) && !/[\w./-]/.test(before)) return true
    from = text.indexOf(path, from + 1)
  }
  return false
}

/** Files of the directories, by name's end, whose text names one of the paths, and what could not be looked into. Links are followed. */
export async function filesMentioning(
  host: Host,
  directories: string[],
  endings: string[],
  paths: string[],
): Promise<{ files: string[]; unreadable: Unreadable[] }> {
  const listed = await Promise.all(
    directories.map(async (directory) => {
      const { names, unreadable } = await listDirectory(host, directory)
      const wanted = names.filter((name) => endings.some((ending) => name.endsWith(ending)))
      return { files: wanted.map((name) => `${directory}/${name}`), unreadable }
    }),
  )
  const found = await Promise.all(
    listed
      .flatMap(({ files }) => files)
      .map(async (file) => {
        const read = await readTextFile(host, file)
        if (read.state === 'unreadable' && read.code !== 'EISDIR')
          return { files: [], unreadable: [{ where: file, reason: read.code }] }
        const mentions = read.state === 'read' && paths.some((path) => mentionsPath(read.text, path))
        return { files: mentions ? [file] : [], unreadable: [] }
      }),
  )
  return {
    files: found.flatMap(({ files }) => files),
    unreadable: [...listed, ...found].flatMap(({ unreadable }) => unreadable),
  }
}
