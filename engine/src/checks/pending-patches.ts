import { join } from 'node:path'
import { readTextFile } from '../services/text-file.ts'
import type { Check } from './check.ts'
import { firstOf } from './shown-names.ts'
import { readInstalledApps } from './site-apps.ts'

/**
 * Patches of a patches.txt: one a line, `#` and `;` begin comments, `[pre_model_sync]` and `[post_model_sync]` divide it; those that
 * run last are logged without their `finally:` (frappe/modules/patch_handler.py).
 */
export function patchesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;[]/.test(line))
    .map((line) => line.replace('finally:', ''))
}

/** Whether `tabPatch Log` names every patch of the code of the site's apps. */
export const pendingPatches: Check = {
  id: 'pending-patches',
  title: 'No patch of the apps is pending',
  run: async (context) => {
    const database = await context.database()
    const tables = await database.tables()
    const log = tables.find(({ name }) => name === 'tabPatch Log')
    if (log === undefined)
      return { status: 'not-applicable', critical: false, evidence: 'the site keeps no log of patches' }
    const skippable = log.columns.some(({ name }) => name === 'skipped')
    const rows = await database.read(`SELECT patch FROM \`tabPatch Log\`${skippable ? ' WHERE skipped = 0' : ''}`)
    const done = new Set(rows.map((row) => String(row['patch'] ?? '').trim()))
    const pending: string[] = []
    let known = 0
    for (const app of (await readInstalledApps(database)) ?? []) {
      const read = await readTextFile(context.host, join(context.benchPath, 'apps', app, app, 'patches.txt'))
      const patches = read.state === 'read' ? patchesIn(read.text) : []
      known += patches.length
      pending.push(...patches.filter((patch) => !done.has(patch)))
    }
    const evidence = `${known} patches in the code, ${done.size} done`
    if (pending.length === 0) return { status: 'passed', critical: false, evidence }
    return {
      status: 'failed',
      critical: false,
      evidence: `${evidence}; ${pending.length} pending, for instance ${firstOf(pending, 2)}`,
      remedy: 'The code is ahead of the data: bench --site SITE migrate, after a backup.',
    }
  },
}
