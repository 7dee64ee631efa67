import { escapedSpellings, hostSpellings } from './host-spellings.ts'

/**
 * The strings a scan of stored text must look for, ignoring the case of ASCII letters, so that no value which
 * `rewriteText` would change or report is missed. None is contained in another.
 */
export function needlesFor(host: string): string[] {
  const spellings = [...hostSpellings(host), ...escapedSpellings(host)]
  return spellings.filter((spelling) => !spellings.some((other) => other !== spelling && spelling.includes(other)))
}
