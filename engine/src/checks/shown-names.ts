/** The first few of a list, and how many more there are: `tabA, tabB and 3 more`. */
export function firstOf(names: readonly string[], most = 3): string {
  const more = names.length - most
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ')
}
