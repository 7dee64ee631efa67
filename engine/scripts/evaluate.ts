/**
 * Measures the ranking of `diagnose`: `node scripts/evaluate.ts [--reports FILE] [--held-out] [--no-record]`.
 *
 * By 5-fold cross-validation on the reports learnt from. --held-out answers the reports put aside with the weights
 * as they are: three times ever, each written to docs/evaluation.md; nothing but sums is printed of them.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { shippedCauses } from '../src/diagnosis/knowledge/shipped.ts'
import { peoplesReports } from '../src/diagnosis/training/corpus.ts'
import { evaluateByFolds } from '../src/diagnosis/training/evaluate-folds.ts'
import { answerWithShipped } from '../src/diagnosis/training/evaluate-shipped.ts'
import { REPORTS } from '../src/diagnosis/training/inputs.ts'
import { confusionTable, measuresTable, recorded, reliabilityTable, usesOf } from '../src/diagnosis/training/report.ts'
import { corpusOf } from '../src/diagnosis/training/train-model.ts'

const RECORD = resolve(import.meta.dirname, '..', '..', 'docs', 'evaluation.md')
const MOST_USES = 3

const { values } = parseArgs({
  options: {
    reports: { type: 'string', default: REPORTS },
    'held-out': { type: 'boolean', default: false },
    'no-record': { type: 'boolean', default: false },
  },
})
const record = readFileSync(RECORD, 'utf8')
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const date = new Date().toISOString().slice(0, 10)
const causes = await shippedCauses()

if (values['held-out']) heldOut()
else folds()

function folds(): void {
  const corpus = corpusOf(peoplesReports(resolve(values.reports), 'development'), causes)
  const { rows, answers } = evaluateByFolds(corpus)
  const table = measuresTable(rows)
  console.log(`${table}\n\n${confusionTable(answers)}\n\n${reliabilityTable(answers)}`)
  console.log(
    '\nRules and entries were written after reading these reports: where rules or likeness take part, the figures on\n' +
      "people's reports are too good. The written examples are new to them, and short; the truth lies between.",
  )
  if (!values['no-record']) writeFileSync(RECORD, recorded(record, `Cross-validation, ${date}, ${commit}`, table))
}

function heldOut(): void {
  const uses = usesOf(record)
  if (uses >= MOST_USES) {
    console.error(`The reports put aside have been scored ${uses} times already: no more, or they test nothing.`)
    process.exitCode = 4
    return
  }
  const table = measuresTable(answerWithShipped(peoplesReports(resolve(values.reports), 'held-out'), causes))
  // Written before anything is shown: a use counts whoever looks away.
  writeFileSync(
    RECORD,
    recorded(record, `Held-out reports, use ${uses + 1} of ${MOST_USES}, ${date}, ${commit}`, table),
  )
  console.log(table)
}
