/** The C library's words for a failure (LC_ALL=C, all of Linux) → its name, as Node gives it. */
const NAMES: [string, string][] = [
  ['No such file or directory', 'ENOENT'],
  ['Permission denied', 'EACCES'],
  ['Not a directory', 'ENOTDIR'],
  ['Is a directory', 'EISDIR'],
  ['cannot overwrite directory', 'EISDIR'],
  ['File exists', 'EEXIST'],
  ['Operation not permitted', 'EPERM'],
  ['Read-only file system', 'EROFS'],
  ['No space left on device', 'ENOSPC'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['Directory not empty', 'ENOTEMPTY'],
  ['Device or resource busy', 'EBUSY'],
  ['Invalid cross-device link', 'EXDEV'],
  ['Too many levels of symbolic links', 'ELOOP'],
  ['File name too long', 'ENAMETOOLONG'],
  ['Invalid argument', 'EINVAL'],
  ['Input/output error', 'EIO'],
  ['Stale file handle', 'ESTALE'],
  ['No such process', 'ESRCH'],
]

/** What a program over there said when it failed → an error as the system would throw it here: with `code`, and the path in its text. */
export function systemError(doing: string, words: string): Error {
  const said = words.trim()
  // A name quoted by the program may hold any of these texts; the reason stands at the end of its line.
  const line = said.split('\n').findLast((text) => NAMES.some(([known]) => text.includes(known))) ?? said
  const name = NAMES.findLast(([known]) => line.endsWith(known)) ?? NAMES.find(([known]) => line.includes(known))
  if (name === undefined) return new Error(`${doing}: ${said.slice(0, 400) || 'failed without a word'}`)
  return Object.assign(new Error(`${name[1]}: ${name[0].toLowerCase()}, ${doing}`), { code: name[1] })
}
