import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'

/** Whether a failure comes from a disk, or a quota, without room. */
export function isFullDisk(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isFullDisk)
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (['ENOSPC', 'EDQUOT'].includes(systemCode(current) ?? '')) return true
  }
  return error instanceof MigratorError && error.code === 'disk-full'
}

/** Writes the run's own records; where the disk is full, once more with the room that was kept for the run. */
export async function withReserve<Result>(run: RunDirectory, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    if (!isFullDisk(error) || !(await releaseReserve(run))) throw error
    return write()
  }
}
