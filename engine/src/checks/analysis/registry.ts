import type { AnalysisCheck } from './analysis-check.ts'
import { appsLists } from './apps-lists.ts'
import { assets } from './assets.ts'
import { benchConflicts } from './bench-conflicts.ts'
import { certificates } from './certificates.ts'
import { configurationFiles } from './configuration-files.ts'
import { databaseConnection } from './database-connection.ts'
import { databaseSettings } from './database-settings.ts'
import { databaseTables } from './database-tables.ts'
import { directoryStructure } from './directory-structure.ts'
import { diskSpaceLeft } from './disk-space-left.ts'
import { encryptionKey } from './encryption-key.ts'
import { hostNames } from './host-names.ts'
import { hostsFile } from './hosts-file.ts'
import { installedApps } from './installed-apps.ts'
import { locks } from './locks.ts'
import { logFiles } from './log-files.ts'
import { nginxBlocks } from './nginx-blocks.ts'
import { nginxConfiguration } from './nginx-configuration.ts'
import { ports } from './ports.ts'
import { benchProcesses } from './processes.ts'
import { queues } from './queues.ts'
import { redisHealth } from './redis-health.ts'
import { redisIdentity } from './redis-identity.ts'
import { redisServers } from './redis-servers.ts'
import { schedulerState } from './scheduler-state.ts'
import { siteAnswers } from './site-answers.ts'
import { siteFiles } from './site-files.ts'
import { siteState } from './site-state.ts'
import { siteStructure } from './site-structure.ts'
import { supervisorStatus } from './supervisor-status.ts'
import { systemdUnits } from './systemd-units.ts'
import { versions } from './versions.ts'
import { webServerAccess } from './web-server-access.ts'

/** Every question of the analysis. A new one is one file and one line here. */
export const analysisChecks: readonly AnalysisCheck[] = [
  benchProcesses,
  supervisorStatus,
  systemdUnits,
  ports,
  redisServers,
  redisIdentity,
  redisHealth,
  queues,
  directoryStructure,
  appsLists,
  siteStructure,
  configurationFiles,
  siteState,
  hostNames,
  hostsFile,
  databaseConnection,
  databaseSettings,
  databaseTables,
  installedApps,
  encryptionKey,
  webServerAccess,
  assets,
  siteFiles,
  locks,
  logFiles,
  diskSpaceLeft,
  certificates,
  nginxBlocks,
  nginxConfiguration,
  versions,
  siteAnswers,
  schedulerState,
  benchConflicts,
]
