import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ballast = (directory: string): string => join(directory, 'ballast')

/** Writes until the file system of the directory has no room left. */
export function fillDisk(directory: string): void {
  const file = openSync(ballast(directory), 'a')
  try {
    for (let size = 1 << 20; size >= 1; size = size > 1 ? size >> 1 : 0) {
      while (written(file, size) === size);
    }
  } finally {
    closeSync(file)
  }
}

function written(file: number, size: number): number {
  try {
    return writeSync(file, Buffer.alloc(size))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 0
    throw error
  }
}

/** A small file system of its own, in memory. @throws Error saying what it needs, where mounting is not possible */
export function smallDisk(megabytes: number): { path: string; makeRoom(): void; unmount(): void } {
  const path = mkdtempSync(join(tmpdir(), 'migrator-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { encoding: 'utf8' })
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true })
    throw new Error(`this test mounts a small file system (tmpfs) and needs root for that: ${mounted.stderr}`)
  }
  return {
    path,
    makeRoom: () => rmSync(ballast(path), { force: true }),
    unmount: () => {
      spawnSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true })
    },
  }
}
