import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '../../../../src/services/nginx/parse.ts'
import { applySplices, spellWord } from '../../../../src/services/nginx/splice.ts'
import { tokenize } from '../../../../src/services/nginx/tokens.ts'

const gap = fc.constantFrom(' ', '\t', '\n', '\r\n', '  ', ' # a } comment; "with" quotes\n', '\n\n\t')
const bare = fc.constantFrom(
  'server_name',
  'old.cloud',
  `${'$'}{a}b`,
  '$uri',
  '~^(.+)\\.html$',
  'a#b',
  "it's",
  '=404',
  '\\;x',
)
const quoted = fc.string({ maxLength: 12 }).map((text) => spellWord(text, '"'))
const word = fc.oneof(bare, quoted)
const statement = fc
  .array(fc.tuple(word, gap), { minLength: 1, maxLength: 5 })
  .map((words) => `${words.flat().join('')};`)
const block = fc
  .tuple(word, gap, fc.array(fc.tuple(statement, gap)))
  .map(([name, space, inside]) => `${name}${space}{${inside.flat().join('')}}`)
const config = fc
  .array(fc.tuple(fc.oneof(statement, block), gap), { maxLength: 8 })
  .map((parts) => parts.flat().join(''))

test('tokens and the gaps between them are the text, and gaps hold only white space and comments', () => {
  fc.assert(
    fc.property(config, (text) => {
      const { tokens, problem } = tokenize(text)
      assert.equal(problem, null)
      let at = 0
      let joined = ''
      for (const token of tokens) {
        const between = text.slice(at, token.start)
        assert.match(between, /^(\s|#[^\n]*(\n|$))*$/)
        joined += between + text.slice(token.start, token.end)
        at = token.end
      }
      assert.equal(joined + text.slice(at), text)
      assert.equal(parseConfig(text).problem, null)
    }),
  )
})

test('a word comes back as it was spelled', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (value) => {
      const { tokens } = tokenize(`name ${spellWord(value)};`)
      assert.equal(tokens[1]?.value, value)
      assert.equal(tokens.length, 3)
    }),
  )
})

test('any text is tokenized or refused with a place, never a crash', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '{', '}', ';', '"', "'", '\\', '$', '#', '\n', ' ', '-', '[') }),
      (text) => {
        const { problem } = parseConfig(text)
        if (problem !== null) assert.match(problem, /^line \d+: /)
      },
    ),
  )
})

test('nginx reads quotes, escapes and variables this way', () => {
  const { tokens } = tokenize(`a "b;{ \\" c" 'd\\'e' \${f}g{x}\\ y;`)
  assert.deepEqual(
    tokens.map((token) => token.value),
    ['a', 'b;{ " c', "d'e", `${'$'}{f}g`, '{', 'x}\\ y', ';'],
  )
})

test('Lua blocks are passed over, braces in strings and comments included', () => {
  const text = `location / { content_by_lua_block {
    local t = { a = "}", b = '}' } -- } comment
    --[[ } ]] local s = [==[ } ]==]
  } return 200; }`
  const { directives, problem } = parseConfig(text)
  assert.equal(problem, null)
  assert.deepEqual(
    directives[0]?.block?.map((directive) => directive.name),
    ['content_by_lua_block', 'return'],
  )
})

for (const [text, expected] of [
  ['http {\n  server {\n}\n', 'line 1: the block "http" is not closed'],
  ['a;\n}\n', 'line 2: unexpected "}"'],
  ['server_name old\n\n}', 'line 1: "server_name" is not ended by ";"'],
  ['a;\nroot "/x;\n', 'line 2: the quote " is not closed'],
  ['a "b"c;', 'line 1: unexpected "c" after a quoted word'],
  ['content_by_lua_block {\n "x', 'line 1: the Lua block is not closed'],
  [';', 'line 1: unexpected ";"'],
] as const) {
  test(`a broken file is refused with its line: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseConfig(text), { directives: [], problem: expected })
  })
}

test('splices change nothing outside their places and refuse to overlap', () => {
  assert.equal(
    applySplices('a old b old', [
      { start: 8, end: 11, text: 'new' },
      { start: 2, end: 5, text: 'new' },
    ]),
    'a new b new',
  )
  assert.throws(
    () =>
      applySplices('abcdef', [
        { start: 0, end: 3, text: '' },
        { start: 2, end: 4, text: '' },
      ]),
    RangeError,
  )
})
