import { COLLATION_NAME, isKnownCollation, standInFor } from './collation-mapping.ts'
import { definerOf, replaceWords } from './definition-text.ts'

/** A definition as another server takes it, and which collations were replaced for that. */
export interface Redefined {
  statement: string
  collations: Map<string, string>
}

/**
 * Makes a definition fit for another server: whoever runs it becomes the definer, and collations that server does not know get a stand-in.
 * Texts in it stay byte for byte.
 * @param collations full names of all it knows, in small letters
 */
export function definitionFor(statement: string, collations: ReadonlySet<string>): Redefined {
  const bytes = Buffer.from(statement)
  const found = definerOf(bytes)
  const own = found === null ? bytes : Buffer.concat([bytes.subarray(0, found.start), bytes.subarray(found.end)])
  const replaced = new Map<string, string>()
  const mapped = replaceWords(own, (word) => {
    const name = word.toLowerCase()
    if (!COLLATION_NAME.test(name) || isKnownCollation(name, { collations })) return word
    const standIn = standInFor(name)
    replaced.set(name, standIn)
    return standIn
  })
  return { statement: mapped.toString('utf8'), collations: replaced }
}
