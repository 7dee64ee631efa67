import type { RefusedEntry } from './backup-facts.ts'
import type { TarEntry } from './tar-reader.ts'

export interface PlacedEntry {
  site: string
  side: 'public' | 'private'
  /** Below `<side>/files`; empty for that folder itself. */
  below: string
}

/** Where an entry of a files' archive belongs, `./<site>/public/files/…` (frappe/utils/backups.py, backup_files), or why it belongs nowhere. */
export function placeEntry(entry: TarEntry): PlacedEntry | { refused: RefusedEntry } {
  if (entry.kind === 'device') return { refused: 'device' }
  if (entry.kind === 'unsupported') return { refused: 'unsupported' }
  const placed = placePath(entry.path)
  if ('refused' in placed || entry.kind === 'file' || entry.kind === 'directory') {
    if (!entry.readable) return { refused: 'name-not-usable' }
    return placed
  }
  // A hard link names an entry of the archive, a symbolic one a path from where it stands.
  const symbolic = entry.kind === 'symbolic-link'
  const target = symbolic && !entry.target.startsWith('/') ? `${parentOf(entry.path)}/${entry.target}` : entry.target
  const leads = placePath(symbolic ? withoutDots(target) : target)
  const leaves = 'refused' in leads || leads.site !== placed.site || leads.side !== placed.side
  if (leaves) return { refused: 'link-outside' }
  return symbolic ? { refused: 'symbolic-link' } : placed
}

export function placePath(path: string): PlacedEntry | { refused: RefusedEntry } {
  if (path.startsWith('/') || /^[A-Za-z]:\\/.test(path)) return { refused: 'absolute-path' }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) return { refused: 'parent-path' }
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return { refused: 'name-not-usable' }
  const [site, side, files, ...below] = parts.slice(sitePlace(parts))
  if (site === undefined || (side !== 'public' && side !== 'private') || files !== 'files')
    return { refused: 'outside' }
  return { site, side, below: below.join('/') }
}

/** `frappe.init` with an absolute path packs `home/frappe/frappe-bench/sites/<site>/…`; bench itself packs `./<site>/…`. */
function sitePlace(parts: string[]): number {
  const sites = parts.findIndex((part, at) => part === 'sites' && parts[at + 3] === 'files')
  return sites === -1 ? 0 : sites + 1
}

const parentOf = (path: string) => path.split('/').filter(Boolean).slice(0, -1).join('/')

/** Resolves `..` as the system would; what goes above the root keeps its dots, and is refused for them. */
function withoutDots(path: string): string {
  if (path.startsWith('/')) return path
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else kept.push(part)
  }
  return kept.join('/')
}
