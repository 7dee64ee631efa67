import type { AnalysisCheck } from './analysis-check.ts'
import { appsLists } from './apps-lists.ts'
import { configurationFiles } from './configuration-files.ts'
import { directoryStructure } from './directory-structure.ts'
import { hostNames } from './host-names.ts'
import { hostsFile } from './hosts-file.ts'
import { ports } from './ports.ts'
import { benchProcesses } from './processes.ts'
import { queues } from './queues.ts'
import { redisHealth } from './redis-health.ts'
import { redisIdentity } from './redis-identity.ts'
import { redisServers } from './redis-servers.ts'
import { siteState } from './site-state.ts'
import { siteStructure } from './site-structure.ts'
import { supervisorStatus } from './supervisor-status.ts'
import { systemdUnits } from './systemd-units.ts'

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
]
