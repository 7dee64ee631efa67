import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { RenameNames } from './names.ts'

/** A link that leads into the directory that moves, and what it shall say. */
export interface LinkEdit {
  link: string
  from: string
  to: string
}

/** Links under sites/ to the site's directory or into it: they would lead nowhere. What stands around the name stays. */
export function planLinks(facts: BenchFacts, names: RenameNames): LinkEdit[] {
  const { directory } = names
  if (!directory) return []
  const { from, to } = directory
  return facts.links.flatMap(({ path, text, inside }) => {
    if (inside === null || (inside !== from && !inside.startsWith(`${from}/`))) return []
    const at = text.lastIndexOf(inside)
    const rest = inside.slice(from.length)
    const after =
      at < 0 ? `${facts.path}/sites/${to}${rest}` : `${text.slice(0, at)}${to}${rest}${text.slice(at + inside.length)}`
    return [{ link: path, from: text, to: after }]
  })
}
