/** One thing that was noticed; the shape of bench/finding.ts, which stands above this room. `critical` blocks the restore. */
export interface BackupFinding {
  id: string
  severity: 'critical' | 'warning' | 'information'
  title: string
  evidence: string
  cause?: string | undefined
  remedies: string[]
  subject: string
}

/** Bytes as people write them: `1.5 GB`, `20 KB`. */
export function amount(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** The first few of a list, and how many more there are. */
export function firstOf(list: string[], count = 5): string {
  const more = list.length - count
  return list.slice(0, count).join(', ') + (more > 0 ? `, and ${more} more` : '')
}
