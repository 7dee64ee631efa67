import type { ArchiveFacts, RefusedEntry } from './backup-facts.ts'
import { amount, type BackupFinding, firstOf } from './backup-finding.ts'
import type { BackupPart } from './backup-set.ts'
import type { RestoreTarget } from './verdict.ts'

const REASONS: Record<RefusedEntry, { says: string; critical: boolean }> = {
  'absolute-path': { says: 'an absolute path', critical: true },
  'parent-path': { says: '".." in its path', critical: true },
  'link-outside': { says: 'a link out of the folder', critical: true },
  device: { says: 'a device or pipe', critical: true },
  outside: { says: 'not in <site>/public/files or <site>/private/files', critical: false },
  'symbolic-link': { says: 'a symbolic link', critical: false },
  'name-not-usable': { says: 'a name that cannot be written', critical: false },
  unsupported: { says: 'a sparse file or part of a set of volumes', critical: false },
}

/** What the entries of an archive of files say. */
export function judgeArchive(archive: ArchiveFacts, part: BackupPart, target: RestoreTarget): BackupFinding[] {
  const found: Omit<BackupFinding, 'subject'>[] = [...refusals(archive)]
  const wanted = part.role === 'public-files' ? 'public' : 'private'
  if (archive.side !== null && archive.side !== wanted) {
    found.push({
      id: 'archives-swapped',
      severity: 'critical',
      title: `${part.path} was given as the ${wanted} files, but holds the ${archive.side} ones.`,
      evidence: `its entries stand in ${archive.sites[0]}/${archive.side}/files`,
      cause: wanted === 'public' ? 'Private files would become readable by everybody.' : undefined,
      remedies: [`Name it with --${archive.side}-files.`],
    })
  }
  if (archive.side === null && archive.refusedCount === 0) {
    found.push({
      id: 'archive-empty',
      severity: 'warning',
      title: `${part.path} holds no files.`,
      evidence: `${archive.directories} folders`,
      remedies: ['Nothing, when the site has no such files.'],
    })
  }
  if (archive.duplicates.length > 0) {
    found.push({
      id: 'archive-duplicates',
      severity: 'warning',
      title: `${part.path} holds files twice; the later one counts.`,
      evidence: firstOf(archive.duplicates),
      remedies: ['Nothing: tar itself does the same.'],
    })
  }
  if (target.freeFileBytes !== undefined && archive.fileBytes > target.freeFileBytes) {
    found.push({
      id: 'files-too-large',
      severity: 'critical',
      title: 'There is not enough room for the files.',
      evidence: `${amount(archive.fileBytes)} of files, ${amount(target.freeFileBytes)} free`,
      remedies: ['Make room, then try again.'],
    })
  }
  return found.map((finding) => ({ ...finding, subject: part.path }))
}

function refusals(archive: ArchiveFacts): Omit<BackupFinding, 'subject'>[] {
  const listed = (critical: boolean) => archive.refused.filter(({ reason }) => REASONS[reason].critical === critical)
  const say = (entries: ArchiveFacts['refused']) =>
    firstOf(entries.map(({ path, reason }) => `${JSON.stringify(path)}: ${REASONS[reason].says}`))
  const [unsafe, skipped] = [listed(true), listed(false)]
  const found: Omit<BackupFinding, 'subject'>[] = []
  if (unsafe.length > 0) {
    const onlyLink = archive.files === 0 && archive.refusedCount === 1 && unsafe[0]?.reason === 'link-outside'
    found.push({
      id: 'archive-unsafe',
      severity: 'critical',
      title: 'The archive would write outside of the site.',
      evidence: say(unsafe),
      cause: onlyLink
        ? "The site's files folder was itself a link when the backup was made: the link was saved, the files were not."
        : undefined,
      remedies: [
        onlyLink
          ? 'Pack the folder that the link leads to, as ./SITE/public/files or ./SITE/private/files.'
          : 'bench backup does not write such archives by itself: find out where it comes from.',
      ],
    })
  }
  if (skipped.length > 0) {
    const nothingLeft = archive.side === null
    found.push({
      id: nothingLeft ? 'archive-foreign' : 'archive-skipped-entries',
      severity: nothingLeft ? 'critical' : 'warning',
      title: nothingLeft
        ? "The archive holds no files of a site in the layout of Frappe's backups."
        : 'The archive holds entries that are left out.',
      evidence: say(skipped),
      remedies: ['Files belong in ./SITE/public/files or ./SITE/private/files, as bench backup packs them.'],
    })
  }
  return found
}
