import type { Repair } from './repair.ts'
import { appsJson } from './repairs/apps-json.ts'
import { appsTxt } from './repairs/apps-txt.ts'
import { configDuplicateKey } from './repairs/config-duplicate-key.ts'
import { configSyntax } from './repairs/config-syntax.ts'
import { configWrongType } from './repairs/config-wrong-type.ts'
import { defaultSite } from './repairs/default-site.ts'
import { hostName } from './repairs/host-name.ts'
import { links } from './repairs/links.ts'
import { maintenanceMode } from './repairs/maintenance-mode.ts'
import { missingDirectories } from './repairs/missing-directories.ts'
import { schedulerPaused } from './repairs/scheduler-paused.ts'

/**
 * Every repair there is, in the order they are made: what can be read comes before what stands in it, ports before the services that
 * need them, services before the switches of sites, and what is built comes last. A new one is one file and one line here.
 */
export const repairs: readonly Repair[] = [
  configSyntax,
  configDuplicateKey,
  configWrongType,
  missingDirectories,
  appsTxt,
  appsJson,
  defaultSite,
  hostName,
  maintenanceMode,
  schedulerPaused,
  links,
]
