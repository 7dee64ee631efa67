import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintKnowledge } from '../../../src/diagnosis/knowledge/lint.ts'
import { shippedDirectory } from '../../../src/diagnosis/knowledge/shipped.ts'
import { expression } from '../../../src/diagnosis/match/expression.ts'
import { neededWords } from '../../../src/diagnosis/match/needed-words.ts'

test('the words that any match must hold', () => {
  const cases: [string, string[] | null][] = [
    ['address already in use', ['address already in use']],
    ['no (space|room) left', [' left']],
    ['colou?rs', ['colo']],
    ['ab+c', ['ab']],
    [String.raw`port \d+ taken\.`, [' taken.']],
    ['(a|.*)', null],
    ['one|two|.', null],
    ['(space|room) x', ['space', 'room']],
    ['one|two', ['one', 'two']],
    ['(optional)? [abc]+ (?<name>needed)', ['needed']],
    ['(?i)ONE', null],
    [String.raw`[)(|\]]x\(yz`, ['x(yz']],
  ]
  for (const [source, expected] of cases) assert.deepEqual(neededWords(source), expected, source)
})

test('what an expression of the knowledge base matches in any case always holds a needed word', () => {
  const { causes, cases } = lintKnowledge(shippedDirectory())
  const sources = new Set(
    causes.flatMap(({ detection }) =>
      [...detection.patterns, ...detection.counter_patterns].flatMap(({ matching }) => matching ?? []),
    ),
  )
  const texts = cases.flatMap((of) => of.cases.map(({ report }) => report.toLowerCase().slice(0, 2000)))
  for (const source of sources) {
    const needed = neededWords(source)
    if (needed === null) continue
    const without = texts.filter((text) => !needed.some((word) => text.includes(word)))
    const wrong = without.find((text, at) => at % 7 === 0 && expression(source).test(text))
    assert.equal(wrong, undefined, `${source} needs none of ${needed}`)
  }
})
