import type { Repair } from './repair.ts'
import { access } from './repairs/access.ts'
import { appEnvironment } from './repairs/app-environment.ts'
import { appsJson } from './repairs/apps-json.ts'
import { appsTxt } from './repairs/apps-txt.ts'
import { configDuplicateKey } from './repairs/config-duplicate-key.ts'
import { configSyntax } from './repairs/config-syntax.ts'
import { configWrongType } from './repairs/config-wrong-type.ts'
import { defaultSite } from './repairs/default-site.ts'
import { endProcess } from './repairs/end-process.ts'
import { hostName } from './repairs/host-name.ts'
import { hostsFile } from './repairs/hosts-file.ts'
import { largeLog } from './repairs/large-log.ts'
import { links } from './repairs/links.ts'
import { maintenanceMode } from './repairs/maintenance-mode.ts'
import { managedServices } from './repairs/managed-services.ts'
import { missingDirectories } from './repairs/missing-directories.ts'
import { nginxFiles } from './repairs/nginx-files.ts'
import { nginxNames } from './repairs/nginx-names.ts'
import { redisLimits } from './repairs/redis-limits.ts'
import { redisServer } from './repairs/redis-server.ts'
import { schedulerPaused } from './repairs/scheduler-paused.ts'
import { siteCapitals } from './repairs/site-capitals.ts'
import { staleLock } from './repairs/stale-lock.ts'
import { strayDirectory } from './repairs/stray-directory.ts'
import { webPort } from './repairs/web-port.ts'
import { workersSuspended } from './repairs/workers-suspended.ts'

/**
 * Every repair there is, in the order they are made: what can be read comes before what stands in it, ports before the services that
 * need them, services before the switches of sites, and what is built comes last. A new one is one file and one line here.
 */
export const repairs: readonly Repair[] = [
  access,
  configSyntax,
  configDuplicateKey,
  configWrongType,
  missingDirectories,
  strayDirectory,
  appsTxt,
  appsJson,
  appEnvironment,
  endProcess,
  webPort,
  redisServer,
  redisLimits,
  managedServices,
  workersSuspended,
  nginxFiles,
  nginxNames,
  hostsFile,
  siteCapitals,
  defaultSite,
  hostName,
  staleLock,
  maintenanceMode,
  schedulerPaused,
  links,
  largeLog,
]
