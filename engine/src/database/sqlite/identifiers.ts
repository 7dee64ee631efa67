/** Quotes a table's or column's name: double quotes doubled, everything else as it is. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
