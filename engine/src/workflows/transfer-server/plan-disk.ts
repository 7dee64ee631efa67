import type { Finding } from '../../bench/finding.ts'
import { bytesText } from '../../host/amounts.ts'
import type { TransferInput } from './input.ts'
import { onServer } from './server-words.ts'

export interface DiskNeed {
  where: string
  needed: number
  free: number | null
  formula: string
}

const WORKING_ROOM = 64 * 1024 * 1024
/** Rows with their indexes, and the sorting of a table's rows while it is filled. */
const DATABASE_SHARE = 2

/** Room at the target: where the bench lies, and where its database server keeps its data if that is another disk. */
export function diskNeeds({ source, target }: TransferInput): DiskNeed[] {
  const database = source.database.totalBytes * DATABASE_SHARE
  const logs = target.database.server?.settings.binaryLog ? source.database.totalBytes : 0
  const files = source.files.public.bytes + source.files.private.bytes
  const own = [`database × ${DATABASE_SHARE}`, ...(logs > 0 ? ['database × 1 for the binary log'] : [])]
  return [
    {
      where: `${onServer(target.server)}, ${target.facts.path}`,
      // On another disk, or another machine, the database needs no room here: asking for it anyway errs to the safe side.
      needed: Math.ceil(database + logs + files + WORKING_ROOM),
      free: target.diskBytesFree,
      formula: `${[...own, 'files'].join(' + ')} + 64 MiB`,
    },
    {
      where: `the database server of ${onServer(target.server)}`,
      needed: database + logs,
      free: target.database.freeBytes,
      formula: own.join(' + '),
    },
  ]
}

export const diskFindings = (input: TransferInput): Finding[] =>
  diskNeeds(input)
    .slice(1)
    .flatMap(({ where, needed, free, formula }) =>
      free === null || free >= needed
        ? []
        : [
            {
              id: 'disk-space',
              severity: 'critical' as const,
              title: `The disk of ${where} has too little room.`,
              evidence: `${bytesText(needed)} needed (${formula}), ${bytesText(free)} free`,
              remedies: ['Make room there: old databases, binary logs.'],
              subject: input.name,
            },
          ],
    )
