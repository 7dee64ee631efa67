/**
 * Trains the ranking of `diagnose` and writes its weights: `node scripts/train.ts [--reports FILE]`.
 *
 * Learns from people's reports (not those put aside, see src/diagnosis/training/corpus.ts), from the reports written
 * for training (`training/`) and from the cases of the knowledge base. The same inputs give the same file.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { shippedCauses } from '../src/diagnosis/knowledge/shipped.ts'
import { WEIGHTS } from '../src/diagnosis/rank/model.ts'
import { peoplesReports } from '../src/diagnosis/training/corpus.ts'
import { REPORTS } from '../src/diagnosis/training/inputs.ts'
import { corpusOf, trainModel } from '../src/diagnosis/training/train-model.ts'

const { values } = parseArgs({ options: { reports: { type: 'string', default: REPORTS } } })
const corpus = corpusOf(peoplesReports(resolve(values.reports), 'development'), await shippedCauses())
const stored = `${JSON.stringify(trainModel(corpus), null, 1)}\n`
writeFileSync(resolve(import.meta.dirname, '..', WEIGHTS), stored)
console.log(
  `${WEIGHTS}: ${Math.round(stored.length / 1024)} KiB, from ${corpus.people.length} reports of people, ` +
    `${corpus.examples.length} written examples and ${corpus.cases.length} cases`,
)
