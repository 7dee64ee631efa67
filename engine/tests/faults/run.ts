/**
 * `npm run faults [-- WORD…]`: puts every fault (or those of a group, or whose name or finding holds a word) into a working bench and
 * prints what the product made of it.
 */
import { faultGroups } from './all-faults.ts'
import type { FaultResult } from './fault.ts'
import { missingFor } from './needs.ts'
import { ratios, tableHead, tableRow } from './result-table.ts'
import { openStage } from './stage.ts'
import { tryFault } from './try-fault.ts'

const words = process.argv.slice(2)
const chosen = Object.entries(faultGroups).flatMap(([group, faults]) =>
  faults.filter(
    ({ name, finding }) =>
      words.length === 0 ||
      words.some((word) => word === group || name.includes(word) || [finding].flat().includes(word)),
  ),
)
const stage = await openStage()
if (stage === null) {
  console.log('The shared data sets are absent: no fault was tried.')
} else {
  const results: FaultResult[] = []
  console.log(tableHead)
  try {
    for (const fault of chosen) {
      const missing = await missingFor(fault)
      if (missing.length > 0) {
        console.log(`| ${fault.name} | not tried here: no ${missing.join(', no ')} |`)
        continue
      }
      const began = performance.now()
      const result = await tryFault(stage, fault)
      results.push(result)
      console.log(tableRow(result))
      console.error(`${fault.name}: ${Math.round(performance.now() - began)} ms`)
      for (const note of result.notes) console.error(`    ${note}`)
    }
  } finally {
    await stage.close()
  }
  console.log(`\n${ratios(results)}`)
  const missed = results.some(({ named, found, repaired, onlyTouched, restored }) =>
    [named, found, repaired, onlyTouched, restored].includes(false),
  )
  process.exitCode = missed ? 1 : 0
}
