/** `npm run faults [-- NAME…]`: puts every fault (or those whose names hold a word) into a working bench and prints what the product made of it. */
import { allFaults } from './all-faults.ts'
import { resultTable } from './result-table.ts'
import { openStage } from './stage.ts'
import { tryFault } from './try-fault.ts'

const words = process.argv.slice(2)
const chosen = allFaults.filter(({ name, finding }) =>
  words.length === 0 ? true : words.some((word) => name.includes(word) || [finding].flat().includes(word)),
)
const stage = await openStage()
if (stage === null) {
  console.log('The shared data sets are absent: no fault was tried.')
} else {
  const results = []
  try {
    for (const fault of chosen) {
      const began = performance.now()
      const result = await tryFault(stage, fault)
      results.push(result)
      console.error(`${fault.name}: ${Math.round(performance.now() - began)} ms`)
      for (const note of result.notes) console.error(`    ${note}`)
    }
  } finally {
    await stage.close()
  }
  console.log(resultTable(results))
  const missed = results.some(({ named, found, repaired, onlyTouched, restored }) =>
    [named, found, repaired, onlyTouched, restored].includes(false),
  )
  process.exitCode = missed ? 1 : 0
}
