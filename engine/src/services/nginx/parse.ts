import { lineOf, type Token, tokenize } from './tokens.ts'

/** One statement: `listen 80;` or `server { … }`. */
export interface Directive {
  name: string
  /** Everything after the name, before `;` or `{`. */
  words: Token[]
  start: number
  /** After `;` or `}`. */
  end: number
  /** null for a simple statement. */
  block: Directive[] | null
  nameEnd: number
  /** After `{`; equal to `end` for a simple statement. */
  blockStart: number
}

/**
 * The statements of one file, includes not followed.
 * A file that nginx could not read has a `problem` that starts with its line, and no statements.
 */
export function parseConfig(text: string): { directives: Directive[]; problem: string | null } {
  const { tokens, problem } = tokenize(text)
  const failed = (offset: number, message: string) => ({
    directives: [],
    problem: `line ${lineOf(text, offset)}: ${message}`,
  })
  const open: { directive: Directive; siblings: Directive[] }[] = []
  let siblings: Directive[] = []
  const top = siblings
  let words: Token[] = []
  for (const token of tokens) {
    const [first, ...rest] = words
    if (token.kind === 'word') words.push(token)
    else if (token.kind === 'raw') continue
    else if (token.kind === 'close') {
      if (first) return failed(first.start, `"${first.value}" is not ended by ";"`)
      const closed = open.pop()
      if (!closed) return failed(token.start, 'unexpected "}"')
      closed.directive.end = token.end
      siblings = closed.siblings
    } else {
      if (!first) return failed(token.start, `unexpected "${token.value}"`)
      const block: Directive[] | null = token.kind === 'open' ? [] : null
      const directive: Directive = {
        name: first.value,
        words: rest,
        start: first.start,
        end: token.end,
        block,
        nameEnd: first.end,
        blockStart: token.end,
      }
      siblings.push(directive)
      if (block) {
        open.push({ directive, siblings })
        siblings = block
      }
      words = []
    }
  }
  if (problem) return failed(problem.offset, problem.message)
  const [unended] = words
  if (unended) return failed(unended.start, `"${unended.value}" is not ended by ";"`)
  const unclosed = open.at(-1)
  if (unclosed) return failed(unclosed.directive.start, `the block "${unclosed.directive.name}" is not closed`)
  return { directives: top, problem: null }
}

/** Every statement, those inside blocks included, in the order written. */
export function* everyDirective(directives: Directive[]): Generator<Directive> {
  for (const directive of directives) {
    yield directive
    if (directive.block) yield* everyDirective(directive.block)
  }
}
