import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from './fault.ts'

const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']

async function isThere(program: string): Promise<boolean> {
  if (program === 'root') return process.getuid?.() === 0
  const found = await Promise.all(
    places.map((place) =>
      access(join(place, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  // Mounting is root's.
  return found.includes(true) && (program !== 'mount' || process.getuid?.() === 0)
}

/** What a fault needs and this machine does not have. */
export async function missingFor({ needs = [] }: Fault): Promise<string[]> {
  const there = await Promise.all(needs.map(isThere))
  return needs.filter((_, at) => !there[at])
}
