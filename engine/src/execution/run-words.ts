import type { Plan } from './plan.ts'

/** What a run is about, in a few words. */
export const whatOf = ({ command, site, rehearsal }: Plan): string =>
  (rehearsal ? 'rehearsal: ' : '') +
  {
    'rename-domain': `${site.oldName} → ${site.newName}`,
    'restore-site': `restore of ${site.newName}`,
    'fix-config': `repair of ${site.newName}`,
    'transfer-server': `transfer of ${site.newName}`,
    'clone-site': `clone of ${site.oldName} as ${site.newName}`,
    cleanup: 'cleanup',
  }[command]

/** The middle of a run's id. */
export const shortNames: Record<Plan['command'], string> = {
  'rename-domain': 'rename',
  'restore-site': 'restore',
  'fix-config': 'fix',
  'transfer-server': 'transfer',
  'clone-site': 'clone',
  cleanup: 'cleanup',
}
