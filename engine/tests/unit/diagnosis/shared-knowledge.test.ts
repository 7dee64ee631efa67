import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { parse, stringify } from 'yaml'
import { shippedCauses } from '../../../src/diagnosis/knowledge/shipped.ts'
import { appendOutcome, readOutcomes } from '../../../src/diagnosis/outcomes/outcome-file.ts'
import { exportKnowledge, readShared, takeShared } from '../../../src/diagnosis/outcomes/shared-file.ts'

describe('knowledge that is shared', () => {
  let home = ''
  const place = (part: string) => join(home, part)
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'migrator-shared-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  async function exported(): Promise<string> {
    const [cause] = await shippedCauses()
    mkdirSync(place('own'))
    writeFileSync(place(`own/${cause?.id}.yaml`), stringify(cause))
    const seen = '/home/frappe/shop/sites/erp.example.com: redis://:hunter2@10.1.2.3:6379 refused'
    const outcome = {
      time: '2026-11-25T03:00:00Z',
      finding: 'redis-not-running',
      cause: null,
      repair: 'redis-server',
      remedy: 'start',
      done: 'Start',
      passed: true,
    }
    appendOutcome({ ...outcome, seen }, place('outcomes.jsonl'))
    return exportKnowledge(place('own'), place('outcomes.jsonl')).text
  }

  it('names no path, address, site or secret of the machine it comes from', async () => {
    const text = await exported()
    const { seen } = parse(text).outcomes[0]
    for (const secret of ['hunter2', '10.1.2.3', 'erp.example.com', '/home/frappe'])
      assert.ok(!seen.includes(secret), seen)
  })

  it('is taken by somebody else, once', async () => {
    const text = await exported()
    const offered = readShared(text, place('other'), place('other.jsonl'))
    assert.deepEqual([offered.causes.length, offered.outcomes.length, offered.problems], [1, 1, []])
    takeShared(offered, place('other'), place('other.jsonl'))
    assert.equal(readdirSync(place('other')).length, 1)
    const again = readShared(text, place('other'), place('other.jsonl'))
    assert.equal(again.outcomes.length, 0)
    assert.equal(again.replaced.length, 1)
    assert.equal(readOutcomes(place('other.jsonl')).outcomes.length, 1)
  })

  it('is refused where an entry would do harm or lead out of the folder', async () => {
    const shared = parse(await exported())
    const harmful = structuredClone(shared)
    harmful.causes[0].solution_steps = [{ say: 'Open it.', command: 'chmod -R 777 sites' }]
    assert.match(readShared(stringify(harmful), place('other')).problems.join(), /dangerous/)
    const astray = structuredClone(shared)
    astray.causes[0].id = '../../evil'
    const offered = readShared(stringify(astray), place('other'))
    assert.equal(offered.causes.length, 0)
    assert.ok(offered.problems.length > 0)
    assert.ok(!existsSync(place('other')))
  })

  for (const text of ['', 'just words', '{"format": "else"}', '{ broken: [', '\0\u0001'])
    it(`is refused when it is none: ${JSON.stringify(text)}`, () => assert.equal(readShared(text).problems.length, 1))
})
