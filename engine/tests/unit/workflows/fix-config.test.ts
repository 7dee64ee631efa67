import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { analysisChecks } from '../../../src/checks/analysis/registry.ts'
import { surveyFindings } from '../../../src/checks/analysis/survey-areas.ts'
import { dangersIn } from '../../../src/diagnosis/knowledge/dangerous.ts'
import { shippedCauses } from '../../../src/diagnosis/knowledge/shipped.ts'
import { repairs } from '../../../src/workflows/fix-config/registry.ts'

const known = new Set([...Object.keys(surveyFindings), ...analysisChecks.flatMap(({ finds }) => Object.keys(finds))])

describe('repairs and the knowledge base name what exists', async () => {
  const causes = await shippedCauses()
  const ids = new Set(causes.map(({ id }) => id))

  for (const repair of repairs) {
    it(`${repair.id}: its findings are those of analyze-site, its cause is an entry`, () => {
      assert.deepEqual(
        repair.findings.filter((id) => !known.has(id)),
        [],
      )
      assert.ok(repair.cause === null || ids.has(repair.cause), `no entry ${repair.cause}`)
    })
  }

  it('every fix of an entry is a repair', () => {
    const names = new Set(repairs.map(({ id }) => id))
    assert.deepEqual(
      causes.flatMap(({ id, fix }) => (fix === null || names.has(fix) ? [] : [`${id}: ${fix}`])),
      [],
    )
  })

  it('every finding that proves an entry is one of analyze-site', () => {
    const unknown = causes.flatMap(({ id, confirmed_by }) =>
      confirmed_by.filter((one) => !known.has(one)).map((one) => `${id}: ${one}`),
    )
    assert.deepEqual(unknown, [])
  })

  it('an entry whose repair it names is told with it: the repair mends one of its findings, or names the entry', () => {
    const astray = causes.filter(({ id, fix, confirmed_by }) => {
      const repair = repairs.find((one) => one.id === fix)
      return repair !== undefined && repair.cause !== id && !repair.findings.some((one) => confirmed_by.includes(one))
    })
    assert.deepEqual(
      astray.map(({ id }) => id),
      [],
    )
  })
})

describe('the registry of repairs', () => {
  it('has each finding and each name once', () => {
    const findings = repairs.flatMap((repair) => repair.findings)
    assert.equal(new Set(findings).size, findings.length)
    assert.equal(new Set(repairs.map(({ id }) => id)).size, repairs.length)
    for (const { remedies } of repairs) assert.equal(new Set(remedies.map(({ id }) => id)).size, remedies.length)
  })

  it('mends what can be read before what stands in it, ports before services, switches of sites after them', () => {
    const at = (id: string) => repairs.findIndex((one) => one.id === id)
    const wanted = [
      'access',
      'config-syntax',
      'config-wrong-type',
      'apps-txt',
      'redis-server',
      'managed-services',
      'maintenance-mode',
      'links',
    ]
    assert.deepEqual(
      wanted.toSorted((one, other) => at(one) - at(other)),
      wanted,
    )
  })

  it('describes nothing dangerous', () => {
    const texts = repairs.flatMap(({ remedies }) => remedies.map(({ describe: text }) => text))
    assert.deepEqual(
      texts.flatMap((text) => dangersIn(text)),
      [],
    )
  })
})
