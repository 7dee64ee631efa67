import { normalize } from 'node:path'

/**
 * Path below the site's directory of what a File row names, or null for a folder. Of a link to a host only its path counts: one to
 * the site's own host becomes a path when the site is renamed.
 */
export function pathOfFileUrl(url: string): { path: string; own: boolean } | null {
  const plain = url.split('?')[0] ?? ''
  const at = /^(?:https?:)?\/\/[^/]+(?=\/)/i.exec(plain)?.[0] ?? ''
  const local = plain.slice(at.length)
  const below = local.startsWith('/private/files/')
    ? local.slice(1)
    : local.startsWith('/files/')
      ? `public${local}`
      : null
  if (below === null) return null
  const path = normalize(below)
  const inside = path.startsWith('public/files/') || path.startsWith('private/files/')
  return inside ? { path, own: at === '' } : null
}
