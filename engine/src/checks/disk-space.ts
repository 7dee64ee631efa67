import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({ bytesNeeded: z.number(), path: z.string(), formula: z.string() })
const INODES_NEEDED = 200

export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`

export const diskSpace: Check = {
  id: 'disk-space',
  title: 'Disk has room',
  run: async (context, params) => {
    const { bytesNeeded, path, formula } = Params.parse(params)
    const [bytes, inodes] = await Promise.all([context.host.freeBytes(path), context.host.freeInodes(path)])
    const evidence = `${mebibytes(bytesNeeded)} needed (${formula}), ${mebibytes(bytes)} free at ${path}`
    // Some file systems (btrfs) count no inodes and say 0.
    if (bytes >= bytesNeeded && (inodes === 0 || inodes >= INODES_NEEDED))
      return { status: 'passed', critical: true, evidence }
    const remedy =
      bytes < bytesNeeded
        ? 'Free some space, for instance old backups in private/backups.'
        : `Only ${inodes} inodes are free: remove small files.`
    return { status: 'failed', critical: true, evidence, remedy }
  },
}
