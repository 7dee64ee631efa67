const COMMANDS = /\bfrappe-migrator (?=(?:analyze-site|rename-domain|resume|rollback|verify-migration|cleanup)\b)/g

/** Commands as this user has to type them: the Frappe app's users have `bench migrator`, not `frappe-migrator` (set by app_migrator/launcher.py). */
export function asTyped(text: string, program = process.env['MIGRATOR_TYPED_AS'] ?? 'frappe-migrator'): string {
  return text.replace(COMMANDS, () => `${program} `)
}

/** One word of a shown command, quoted where a shell would read it otherwise. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
