/** Quotes a table's or column's name: backticks doubled, everything else as it is. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
