/** A directory tree as plain text, one line an entry: path, mode, owner, digest of the bytes. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

export interface TreeOptions {
  /** Paths (relative, as prefixes) that others write all the time or that are compared otherwise. */
  without?: string[]
}

export function treeOf(root: string, { without = [] }: TreeOptions = {}): string[] {
  const lines: string[] = []
  const walk = (directory: string) => {
    for (const name of readdirSync(directory).sort()) {
      const path = join(directory, name)
      const shown = relative(root, path)
      if (without.some((prefix) => shown === prefix || shown.startsWith(`${prefix}/`))) continue
      const status = lstatSync(path)
      const head = `${shown} ${(status.mode & 0o7777).toString(8)} ${status.uid}:${status.gid}`
      if (status.isSymbolicLink()) lines.push(`${head} -> ${readlinkSync(path)}`)
      else if (status.isDirectory()) {
        lines.push(`${head} directory`)
        walk(path)
      } else if (status.isFile()) {
        lines.push(`${head} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
      }
    }
  }
  walk(root)
  return lines
}
