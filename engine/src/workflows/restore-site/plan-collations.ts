import { collationMapping } from '../../backup/collation-mapping.ts'
import type { RestorePreview } from '../../execution/restore-preview.ts'
import type { RestoreInput } from './input.ts'

/** Collations the server does not know, each with what stands in for it; none where the server could not be asked. */
export function collationsOf({ backup, server }: RestoreInput): RestorePreview['collations'] {
  if (server.facts === null) return []
  const named = backup.database.dump?.collations ?? []
  const mapping = collationMapping(
    named.map(({ name }) => name),
    { collations: new Set(server.facts.collations), serverVersion: server.facts.version },
  )
  return named.flatMap(({ name, used }) => {
    const to = mapping.get(name.toLowerCase())
    return to === undefined ? [] : [{ from: name.toLowerCase(), to, used }]
  })
}

/** Those that nothing the server knows stands in for. */
export const withoutStandIn = (input: RestoreInput): RestorePreview['collations'] =>
  collationsOf(input).filter(({ to }) => input.server.facts?.collations.includes(to) === false)
