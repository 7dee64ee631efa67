/** One line of a hosts file (hosts(5)) that maps an address to names. */
export interface HostsEntry {
  path: string
  line: number
  address: string
  names: string[]
  text: string
}

/** Entries of a hosts file; comments and empty lines are left out, names are lower case. */
export function parseHostsFile(path: string, text: string): HostsEntry[] {
  const entries: HostsEntry[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '')
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (address === undefined || address === '' || names.length === 0) continue
    entries.push({ path, line: index + 1, address, names: names.map((name) => name.toLowerCase()), text: line })
  }
  return entries
}
