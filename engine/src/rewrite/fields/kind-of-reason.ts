const kinds: readonly [RegExp, string][] = [
  [/^(?:history|audit|diagnostics|evidence|submitted|bookkeeping|scratch)/, 'history and logs'],
  [/^(?:credential|identity at)/, 'credentials'],
  [/^(?:schema|standard reports)/, 'schema of apps'],
  [/^address of/, 'addresses of other services'],
  [/^(?:computed|cache|search index|counters|the framework|settings of one)/, 'caches and counters'],
]

/** What many reasons for never rewriting a column have in common: a plan tells these few, and the reasons only on request. */
export const kindOfReason = (reason: string): string =>
  kinds.find(([pattern]) => pattern.test(reason))?.[1] ?? 'names, choices and numbers'
