import type { Host } from '../../host/host.ts'

const HAS_PATTERN = /[*?[]/

export const isPattern = (path: string): boolean => HAS_PATTERN.test(path)

/** One path segment as glob(7) reads it: `*` and `?` never match a leading dot. */
export function segmentMatches(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false
  const source = pattern.replace(/\[!?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${source}$`).test(name)
}

/**
 * The files an absolute include pattern names, in the order nginx reads them (bytes, as glob(3) sorts in the C locale).
 * Throws the system's error when a directory may not be listed.
 */
export async function expandPattern(host: Host, pattern: string): Promise<string[]> {
  let found = ['']
  for (const segment of pattern.split('/').slice(1)) {
    const next: string[] = []
    for (const directory of found) {
      if (!isPattern(segment)) next.push(`${directory}/${segment}`)
      else
        for (const name of await namesIn(host, directory))
          if (segmentMatches(segment, name)) next.push(`${directory}/${name}`)
    }
    found = next
  }
  if (!isPattern(pattern)) return found
  const present: string[] = []
  for (const path of found) if ((await host.status(path)) !== null) present.push(path)
  return present.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
}

async function namesIn(host: Host, directory: string): Promise<string[]> {
  try {
    return await host.list(directory === '' ? '/' : directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
