import { addDirectory } from './add-directory.ts'
import { captureRows } from './capture-rows.ts'
import { type AnyChange, forgetTypes } from './change.ts'
import { clearCache } from './clear-cache.ts'
import { compressFile } from './compress-file.ts'
import { copyDatabase } from './copy-database.ts'
import { createDatabase } from './create-database.ts'
import { dropDatabase } from './drop-database.ts'
import { editJson } from './edit-json.ts'
import { editText } from './edit-text.ts'
import { endProcess } from './end-process.ts'
import { extractFiles } from './extract-files.ts'
import { forwardSite } from './forward-site.ts'
import { getApp } from './get-app.ts'
import { hold } from './hold.ts'
import { importDump } from './import-dump.ts'
import { installApp } from './install-app.ts'
import { keepConfiguration } from './keep-configuration.ts'
import { link } from './link.ts'
import { makeDirectory } from './make-directory.ts'
import { makeSiteConfig } from './make-site-config.ts'
import { mendJsonFile } from './mend-json.ts'
import { moveDirectory } from './move-directory.ts'
import { moveJobs } from './move-jobs.ts'
import { proxyConfig } from './proxy-config.ts'
import { quarantine } from './quarantine.ts'
import { rebuildSearch } from './rebuild-search.ts'
import { recordDigest } from './record-digest.ts'
import { redisKey } from './redis-key.ts'
import { redisSetting } from './redis-setting.ts'
import { reloadNginx } from './reload-nginx.ts'
import { removeKept } from './remove-kept.ts'
import { removeVault } from './remove-vault.ts'
import { resumeWorkers } from './resume-workers.ts'
import { retireRedirect } from './retire-redirect.ts'
import { rewriteDatabase } from './rewrite-database.ts'
import { runBenchCommand } from './run-bench-command.ts'
import { safetyBackup } from './safety-backup.ts'
import { serveSite } from './serve-site.ts'
import { service } from './service.ts'
import { setAccess } from './set-access.ts'
import { setAside } from './set-aside.ts'
import { setLink } from './set-link.ts'
import { startRedis } from './start-redis.ts'
import { switchDatabase } from './switch-database.ts'
import { userCrontab } from './user-crontab.ts'
import { writeFile } from './write-file.ts'

/** Every kind of change there is. A new kind is one file and one line here. */
const all: AnyChange[] = [
  forgetTypes(safetyBackup),
  forgetTypes(captureRows),
  forgetTypes(recordDigest),
  forgetTypes(editJson),
  forgetTypes(editText),
  forgetTypes(userCrontab),
  forgetTypes(moveDirectory),
  forgetTypes(link),
  forgetTypes(moveJobs),
  forgetTypes(resumeWorkers),
  forgetTypes(proxyConfig),
  forgetTypes(rewriteDatabase),
  forgetTypes(clearCache),
  forgetTypes(rebuildSearch),
  forgetTypes(retireRedirect),
  forgetTypes(setAside),
  forgetTypes(compressFile),
  forgetTypes(endProcess),
  forgetTypes(addDirectory),
  forgetTypes(mendJsonFile),
  forgetTypes(installApp),
  forgetTypes(redisKey),
  forgetTypes(redisSetting),
  forgetTypes(reloadNginx),
  forgetTypes(service),
  forgetTypes(setAccess),
  forgetTypes(setLink),
  forgetTypes(startRedis),
  forgetTypes(writeFile),
  forgetTypes(removeVault),
  forgetTypes(keepConfiguration),
  forgetTypes(createDatabase),
  forgetTypes(importDump),
  forgetTypes(copyDatabase),
  forgetTypes(makeDirectory),
  forgetTypes(extractFiles),
  forgetTypes(switchDatabase),
  forgetTypes(makeSiteConfig),
  forgetTypes(dropDatabase),
  forgetTypes(removeKept),
  forgetTypes(runBenchCommand),
  forgetTypes(getApp),
  forgetTypes(quarantine),
  forgetTypes(serveSite),
  forgetTypes(forwardSite),
  forgetTypes(hold),
]

export const changeKinds: ReadonlyMap<string, AnyChange> = new Map(all.map((change) => [change.kind, change]))
