/** The quick ones of `npm run faults`: a real bench is broken, diagnosed, repaired with proof, and broken again by rollback. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { allFaults } from '../../faults/all-faults.ts'
import { openStage, type Stage } from '../../faults/stage.ts'
import { tryFault } from '../../faults/try-fault.ts'
import { sharedData } from '../../servers/site.ts'

const absent = sharedData('site-v15') === null

describe('a fault is named, found, repaired with proof, and comes back exactly by rollback', { skip: absent }, () => {
  let stage: Stage | null = null
  before(async () => {
    stage = await openStage()
  })
  after(() => stage?.close())

  for (const fault of allFaults.filter(({ quick }) => quick)) {
    it(fault.name, async () => {
      assert.ok(stage)
      const { name, named, found, repaired, onlyTouched, restored, notes } = await tryFault(stage, fault)
      const asked = named === null ? null : true
      assert.deepEqual(
        { name, named, found, repaired, onlyTouched, restored },
        { name, named: asked, found: true, repaired: true, onlyTouched: true, restored: true },
        notes.join('\n'),
      )
    })
  }
})
