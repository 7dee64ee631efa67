const COMMANDS =
  /(sudo )?(?<![\w./-])frappe-migrator (?=(?:analyze-site|rename-domain|restore-site|transfer-server|clone-site|fix-config|resume|rollback|verify-migration|cleanup|diagnose|knowledge)\b)/g

/**
 * Commands as this user has to type them: the Frappe app's users have `bench migrator`, not `frappe-migrator`. bench itself refuses to
 * work as root, so root is told the program behind it (both set by app_migrator/launcher.py).
 */
export function asTyped(
  text: string,
  program = process.env['MIGRATOR_TYPED_AS'] ?? 'frappe-migrator',
  asRoot = process.env['MIGRATOR_AS_ROOT'] ?? 'frappe-migrator',
): string {
  return text.replace(COMMANDS, (_, sudo?: string) => (sudo === undefined ? `${program} ` : `sudo ${asRoot} `))
}
