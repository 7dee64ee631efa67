// biome-ignore-all lint/suspicious/noTemplateCurlyInString: values as they stand in JavaScript templates
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { HostRule, RewrittenText, ValueForm } from '../../../src/rewrite/host-rule.ts'
import { needlesFor } from '../../../src/rewrite/needles.ts'
import { rewriteText } from '../../../src/rewrite/rewrite-text.ts'

// The seed is fixed so that every run is the same; a failure prints it with the path to the smallest example.
const RUNS = { numRuns: 400, seed: 20240611 }
const RULE: HostRule = { from: 'old.cloud', to: 'new.domain' }
const FORMS: ValueForm[] = ['url', 'host', 'file-url']

function rewrite(value: string, form: ValueForm = 'url', rule = RULE): RewrittenText {
  return rewriteText(value, [rule], { form, json: false })
}

const form = fc.constantFrom(...FORMS)

/** Pieces that meet at every kind of border a host can have; glued together in any order. */
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('old.cloud', 'https://old.cloud', '//old.cloud', 'shop.old.cloud', 'old.cloud.mx'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('https%3A%2F%2Fold.cloud', 'https:\\/\\/old.cloud', 'https:&#x2F;&#x2F;old.cloud'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'me@',
      'u:pw@',
      'https://',
      '//',
      '/',
      ':8000',
      ':pw@evil.example',
      '%2F',
      '%40',
      '%2E',
      '%',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '\\',
      '\\n',
      '\\"',
      '&quot;',
      '&amp;',
      '&',
      ';',
      '"',
      "'",
      '<',
      '>',
      ' ',
      '\n',
      ',',
      '?',
      '#',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '.',
      '-',
      '_',
      ':',
      '@',
      'a',
      'é',
      '語',
      '😀',
      '{{ x }}',
      '${x}',
      '(',
      ')',
      '=',
      '|',
      '*',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
)
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''))

test('rewriting twice is rewriting once', () => {
  fc.assert(
    fc.property(
      text,
      form,
      fc.constantFrom('new.domain', 'new.old.cloud', 'old.cloud.mx', 'b-old.cloud'),
      (value, form, to) => {
        const once = rewrite(value, form, { ...RULE, to }).value
        assert.equal(rewrite(once, form, { ...RULE, to }).value, once)
      },
    ),
    RUNS,
  )
})

test('old → new → old is the identity when new does not occur before', () => {
  fc.assert(
    fc.property(text, fc.constantFrom<ValueForm>('url', 'host'), (value, form) => {
      fc.pre(!value.includes('new.domain'))
      const there = rewrite(value, form).value
      assert.equal(rewrite(there, form, { from: 'new.domain', to: 'old.cloud' }).value, value)
    }),
    RUNS,
  )
})

test('only the bytes of the occurrences change', () => {
  fc.assert(
    fc.property(
      text,
      form,
      fc.constantFrom(undefined, { scheme: 'http', port: 81 }, { scheme: 'https', port: null }),
      (value, form, toUrl) => {
        const rule = toUrl === undefined ? RULE : ({ ...RULE, toUrl } as HostRule)
        const result = rewrite(value, form, rule)
        let before = 0
        let after = 0
        for (const occurrence of result.changed) {
          const kept = value.slice(before, occurrence.start)
          assert.equal(result.value.slice(after, after + kept.length), kept)
          assert.equal(value.slice(occurrence.start, occurrence.end), occurrence.before)
          assert.ok(occurrence.before.toLowerCase().includes(RULE.from))
          after += kept.length + occurrence.after.length
          before = occurrence.end
          assert.equal(result.value.slice(after - occurrence.after.length, after), occurrence.after)
          if (toUrl === undefined && form !== 'file-url') assert.equal(occurrence.before, RULE.from)
        }
        assert.equal(result.value.slice(after), value.slice(before))
        if (form === 'host') for (const { start } of result.bare) assert.match(value[start - 1] ?? '', /[\\%]/)
        for (const occurrence of result.bare)
          assert.equal(value.slice(occurrence.start, occurrence.end), occurrence.before)
      },
    ),
    RUNS,
  )
})

test('a text without the old host comes back as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), form, (value, form) => {
      fc.pre(!value.toLowerCase().includes(RULE.from))
      assert.deepEqual(rewrite(value, form), { value, changed: [], bare: [] })
    }),
    RUNS,
  )
})

const nameLetters = fc
  .string({ unit: fc.constantFrom(...'abcxyzABZ0189_'), minLength: 1, maxLength: 8 })
  .filter((letters) => /[^_]/.test(letters))
const prefix = fc.tuple(nameLetters, fc.constantFrom('', '.', '-', '.-', '_', 'é', '語')).map((parts) => parts.join(''))
const suffix = fc
  .tuple(fc.constantFrom('', '.', '-', '_', '--', '%2E', '&#46;', '\\u002e', 'é'), nameLetters)
  .map((parts) => parts.join(''))
const surroundings = fc.constantFrom(
  ['https://', '/x'],
  ['//', ''],
  ['https%3A%2F%2F', '%2F'],
  ['"', '"'],
  ['https:\\/\\/', '\\/'],
  ['', ''],
)

test('longer names never change and are never offered', () => {
  fc.assert(
    fc.property(
      prefix,
      suffix,
      fc.nat(2),
      surroundings,
      form,
      (prefix, suffix, which, [before = '', after = ''], form) => {
        const name =
          which === 0 ? `${prefix}old.cloud` : which === 1 ? `old.cloud${suffix}` : `${prefix}old.cloud${suffix}`
        const value = before + name + after
        assert.deepEqual(rewrite(value, form), { value, changed: [], bare: [] })
      },
    ),
    RUNS,
  )
})

const localPart = fc.string({ unit: fc.constantFrom(...'abcXYZ019._+-%'), minLength: 1, maxLength: 12 })

test('e-mail addresses never change and are never offered', () => {
  fc.assert(
    fc.property(
      localPart,
      fc.constantFrom('', 'mailto:', '<', '"', 'https://foreign.example/?mail=', '//', 'a, '),
      fc.constantFrom('@', '%40', '%2540', '&#64;', '\\u0040'),
      form,
      (local, before, at, form) => {
        const value = `${before}${local}${at}old.cloud`
        assert.deepEqual(rewrite(value, form), { value, changed: [], bare: [] })
      },
    ),
    RUNS,
  )
})

interface Encoding {
  encode: (text: string) => string
  decode: (text: string) => string
}
const ENCODINGS: Record<string, Encoding> = {
  json: { encode: JSON.stringify, decode: (text) => JSON.parse(text) },
  jsonWithSlashes: {
    encode: (text) => JSON.stringify(text).replaceAll('/', '\\/'),
    decode: (text) => JSON.parse(text),
  },
  percent: { encode: encodeURIComponent, decode: decodeURIComponent },
  html: { encode: escapeHtml, decode: unescapeHtml },
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`)
}

function unescapeHtml(text: string): string {
  return text.replace(/&#x([0-9a-f]+);/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Prose with links, addresses and names as they are written, so that every layer of encoding has something to do. */
const plainPiece = fc.constantFrom(
  'https://old.cloud/app?x=1&y="2"',
  'http://old.cloud:8000',
  '//old.cloud/x',
  'old.cloud',
  'me@old.cloud',
  'https://shop.old.cloud/',
  'https://old.cloud.mx',
  'https://u:p%2Fw@old.cloud/',
  'https://old.cloud:pw@evil.example/',
  'https://old.cloud.',
  ' ',
  ' and ',
  '\n',
  '"',
  "'",
  '<b>',
  '(',
  ')',
  ', ',
  'é',
  '語',
  '😀 ',
  '50% ',
)
const plain = fc.array(plainPiece, { maxLength: 10 }).map((pieces) => pieces.join(''))

test('nested encodings keep decoding, to the rewritten text', () => {
  fc.assert(
    fc.property(
      plain,
      fc.array(fc.constantFrom(...Object.keys(ENCODINGS)), { maxLength: 3 }),
      form,
      (value, names, form) => {
        fc.pre(form !== 'file-url')
        const layers = names.map((name) => ENCODINGS[name] as Encoding)
        const encoded = layers.reduce((text, { encode }) => encode(text), value)
        const decoded = layers.reduceRight((text, { decode }) => decode(text), rewrite(encoded, form).value)
        assert.equal(decoded, rewrite(value, form).value)
      },
    ),
    { ...RUNS, numRuns: 1500 },
  )
})

test('--url comes out the same through every encoding', () => {
  fc.assert(
    fc.property(
      plain,
      fc.array(fc.constantFrom(...Object.keys(ENCODINGS)), { maxLength: 2 }),
      fc.constantFrom<HostRule['toUrl']>({ scheme: 'http', port: 9000 }, { scheme: 'https', port: null }),
      (value, names, toUrl) => {
        const rule: HostRule = toUrl ? { ...RULE, toUrl } : RULE
        const layers = names.map((name) => ENCODINGS[name] as Encoding)
        const encoded = layers.reduce((text, { encode }) => encode(text), value)
        const decoded = layers.reduceRight((text, { decode }) => decode(text), rewrite(encoded, 'url', rule).value)
        assert.equal(decoded, rewrite(value, 'url', rule).value)
      },
    ),
    RUNS,
  )
})

test('JSON documents keep parsing, and their strings become the rewritten strings', () => {
  fc.assert(
    fc.property(fc.jsonValue(), plain, (json, link) => {
      const document = JSON.stringify({ json, link, nested: JSON.stringify({ link }) })
      const result = rewriteText(document, [RULE], { form: 'url', json: true })
      assert.equal(result.refused, undefined)
      const parsed = JSON.parse(result.value)
      assert.equal(parsed.link, rewrite(link).value)
      assert.equal(JSON.parse(parsed.nested).link, rewrite(link).value)
    }),
    RUNS,
  )
})

const randomCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((capitals) => [...text].map((letter, index) => (capitals[index] ? letter.toUpperCase() : letter)).join(''))
const internationalName = fc.constantFrom(
  'bücher.example',
  'ünlü.example',
  'xn--nl-wkac.example',
  '例え.jp',
  'straße.example',
)
const asciiOf: Record<string, string> = {
  'bücher.example': 'xn--bcher-kva.example',
  'ünlü.example': 'xn--nl-wkac.example',
  '例え.jp': 'xn--r8jz45g.jp',
  'straße.example': 'xn--strae-oqa.example',
}

test('what is changed or offered is always found by a scan for the needles', () => {
  let found = 0
  fc.assert(
    fc.property(
      internationalName.chain((name) => fc.tuple(fc.constant(name), randomCase(name))),
      fc.array(fc.constantFrom(...Object.keys(ENCODINGS)), { maxLength: 3 }),
      ([name, written], names) => {
        const rule: HostRule = { from: asciiOf[name] ?? name, to: 'new.domain' }
        const value = names.reduce(
          (text, encoding) => (ENCODINGS[encoding] as Encoding).encode(text),
          `https://${written} ${written}`,
        )
        const result = rewrite(value, 'url', rule)
        if (result.changed.length + result.bare.length === 0) return
        found++
        const small = value.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
        assert.ok(
          needlesFor(rule.from).some((needle) => small.includes(needle)),
          value,
        )
      },
    ),
    RUNS,
  )
  assert.ok(found > RUNS.numRuns / 3, `only ${found} values had the host`)
})
