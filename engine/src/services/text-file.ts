import type { Host } from '../host/host.ts'

/** What became of an attempt to read a file as text. `code` is the system's word: EACCES, EISDIR. */
export type TextFile = { state: 'read'; text: string } | { state: 'missing' } | { state: 'unreadable'; code: string }

/** The system's code of a failure (ENOENT, EACCES); null for an error that is not the system's. */
export function failureCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Reads a file without failing for what a machine may well hold: nothing, no permission, a directory, bytes that are no UTF-8. */
export async function readTextFile(host: Host, path: string): Promise<TextFile> {
  try {
    return {
      state: 'read',
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await host.readFile(path)),
    }
  } catch (error) {
    const code = failureCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' }
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { state: 'unreadable', code: 'not UTF-8' }
    if (code !== null) return { state: 'unreadable', code }
    throw error
  }
}

/** Names in a directory; none when it is missing, may not be read or is no directory. */
export async function listOrNothing(host: Host, directory: string): Promise<string[]> {
  try {
    return await host.list(directory)
  } catch (error) {
    if (failureCode(error) !== null) return []
    throw error
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

/** Files of the directories, by name's end, whose text names one of the paths. Links are followed; unreadable files are left out. */
export async function filesMentioning(
  host: Host,
  directories: string[],
  endings: string[],
  paths: string[],
): Promise<string[]> {
  const candidates = await Promise.all(
    directories.map(async (directory) =>
      (await listOrNothing(host, directory))
        .filter((name) => endings.some((ending) => name.endsWith(ending)))
        .map((name) => `${directory}/${name}`),
    ),
  )
  const found = await Promise.all(
    candidates.flat().map(async (file) => {
      const read = await readTextFile(host, file)
      return read.state === 'read' && paths.some((path) => mentionsPath(read.text, path)) ? file : null
    }),
  )
  return found.filter((file) => file !== null)
}
