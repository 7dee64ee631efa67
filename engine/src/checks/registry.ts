import { appsOnBench } from './apps-on-bench.ts'
import { authDecryption } from './auth-decryption.ts'
import type { Check } from './check.ts'
import { configurationParses } from './configuration-parses.ts'
import { contentOfManifest } from './content-of-manifest.ts'
import { databaseReachable } from './database-reachable.ts'
import { deepDigest } from './deep-digest.ts'
import { diskSpace } from './disk-space.ts'
import { filesOfManifest } from './files-of-manifest.ts'
import { filesOfRows } from './files-of-rows.ts'
import { filesWithoutRow } from './files-without-row.ts'
import { findingGone } from './finding-gone.ts'
import { flagsRestored } from './flags-restored.ts'
import { httpDirect, httpProxy } from './http-answers.ts'
import { https } from './https.ts'
import { indexesOfDocTypes } from './indexes-of-doctypes.ts'
import { keyOfManifest } from './key-of-manifest.ts'
import { nextNumbers } from './next-numbers.ts'
import { noLeftoverDirectory } from './no-leftover-directory.ts'
import { noOccurrenceLeft } from './no-occurrence-left.ts'
import { oneScheduler } from './one-scheduler.ts'
import { pendingPatches } from './pending-patches.ts'
import { plannedCells } from './planned-cells.ts'
import { realtime } from './realtime.ts'
import { redirect } from './redirect.ts'
import { redisReachable } from './redis-reachable.ts'
import { restoredContent } from './restored-content.ts'
import { restoredSecrets } from './restored-secrets.ts'
import { rights } from './rights.ts'
import { rowsOfBackup } from './rows-of-backup.ts'
import { sameTables } from './same-tables.ts'
import { schedulerState } from './scheduler-state.ts'
import { schemaOfDocTypes } from './schema-of-doctypes.ts'

/** Every check there is. A new one is one file and one line here. */
const all: Check[] = [
  rights,
  diskSpace,
  databaseReachable,
  redisReachable,
  authDecryption,
  filesOfRows,
  configurationParses,
  httpProxy,
  httpDirect,
  https,
  redirect,
  plannedCells,
  noOccurrenceLeft,
  deepDigest,
  flagsRestored,
  noLeftoverDirectory,
  restoredContent,
  restoredSecrets,
  findingGone,
  schemaOfDocTypes,
  indexesOfDocTypes,
  nextNumbers,
  filesWithoutRow,
  appsOnBench,
  pendingPatches,
  rowsOfBackup,
  contentOfManifest,
  filesOfManifest,
  keyOfManifest,
  realtime,
  schedulerState,
  oneScheduler,
  sameTables,
]

export const checkKinds: ReadonlyMap<string, Check> = new Map(all.map((check) => [check.id, check]))
