import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { shippedCauses } from '../../src/diagnosis/knowledge/shipped.ts'
import type { Fault, FaultResult } from './fault.ts'
import type { Stage } from './stage.ts'

const Diagnosis = z.object({ causes: z.array(z.object({ id: z.string(), label: z.string(), confidence: z.number() })) })
const Analysis = z.object({ findings: z.array(z.object({ id: z.string(), evidence: z.string() })) })
const Fixed = z.object({
  faults: z.array(z.object({ finding: z.string(), state: z.string(), run: z.string().nullable() })),
})

const list = (one: string | string[]): string[] => (typeof one === 'string' ? [one] : one)

function dataOf<Value>(schema: z.ZodType<Value>, text: string): Value | null {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    // What is no data counts as no answer; the notes quote what was printed.
    return null
  }
}

/** Puts a fault in, asks the product about it as a user would, lets it repair and take back, and leaves the stage whole. */
export async function tryFault(stage: Stage, fault: Fault): Promise<FaultResult> {
  const result: FaultResult = {
    ...{ name: fault.name, late: fault.late === true, named: null, exact: false, namedFromTextAlone: false, first: '' },
    ...{ found: false, repaired: null, onlyTouched: null, restored: null, notes: [] },
  }
  try {
    await fault.put(stage)
    await diagnose(stage, fault, result)
    const found = await analyze(stage)
    result.found = list(fault.finding).some((id) => found.includes(id))
    if (!result.found) result.notes.push(`found: ${[...new Set(found)].join(' ')}`)
    if (fault.repair === 'guided') await guided(stage, fault, result)
    else if (fault.repair !== 'no') await repair(stage, fault, result)
  } catch (error) {
    result.notes.push(error instanceof Error ? error.message.slice(0, 600) : String(error))
  } finally {
    await ending(stage, fault).catch((error: unknown) => result.notes.push(`not ended: ${error}`))
  }
  return result
}

async function ending(stage: Stage, fault: Fault): Promise<void> {
  try {
    await fault.end?.(stage)
  } finally {
    await stage.restore()
  }
}

/** Ids of findings. Asked again while a check says that it had too little time: the machine is shared. */
async function analyze(stage: Stage): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const analysis = await stage.migrate('analyze-site', '--json', '--all-sites')
    const ids = dataOf(Analysis, analysis.stdout)?.findings.map(({ id }) => id)
    if (ids === undefined) throw new Error(`analyze-site gave no data: ${analysis.stderr.slice(0, 300)}`)
    if (!ids.includes('check-timeout') || attempt === 3) return ids
  }
}

async function diagnose(stage: Stage, fault: Fault, result: FaultResult): Promise<void> {
  const output = await fault.output(stage)
  if (output === '') {
    result.notes.push('the failing command printed nothing')
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'migrator-output-'))
  const file = join(directory, 'output.txt')
  await writeFile(file, output)
  const firstOf = async (...more: string[]) => {
    const told = await stage.migrate('diagnose', file, '--json', ...more)
    const [first] = dataOf(Diagnosis, told.stdout)?.causes ?? []
    return {
      names: [first?.id, first?.label],
      shown: first === undefined ? told.stdout.slice(0, 200) : `${first.id} ${first.confidence}`,
    }
  }
  const ids = list(fault.cause)
  const labels = (await shippedCauses()).flatMap(({ id, label }) => (ids.includes(id) ? [label] : []))
  const wanted = new Set<string>([...ids, ...labels])
  const [withBench, alone] = [await firstOf(), await firstOf('--no-probe')]
  result.named = withBench.names.some((name) => name !== undefined && wanted.has(name))
  result.namedFromTextAlone = alone.names.some((name) => name !== undefined && wanted.has(name))
  result.exact = ids.includes(withBench.names[0] ?? '')
  result.first = withBench.shown
  if (!result.named)
    result.notes.push(`named ${withBench.shown} (alone ${alone.shown}); printed: ${output.slice(-700)}`)
  await rm(directory, { recursive: true })
}

async function repair(stage: Stage, fault: Fault, result: FaultResult): Promise<void> {
  const before = stage.tree()
  const [finding = ''] = list(fault.finding)
  const how = fault.repair === 'low' ? ['--auto-fix'] : ['--yes', '--only', finding]
  const fixed = await stage.migrate('fix-config', ...how, '--no-interactive', '--no-learn', '--json')
  const faults = dataOf(Fixed, fixed.stdout)?.faults ?? []
  const repaired = faults.filter(({ state }) => state === 'repaired')
  const left = await analyze(stage)
  const wanted = list(fault.finding)
  result.repaired = repaired.some((one) => wanted.includes(one.finding)) && !left.some((id) => wanted.includes(id))
  if (!result.repaired)
    result.notes.push(
      `fix-config ${fixed.code}: ${fixed.stdout.slice(0, 1500)} ${fixed.stderr.slice(-600)}; left ${left.join(' ')}`,
    )
  const strays = changed(before, stage.tree()).filter(
    (path) => !(fault.touches ?? []).some((part) => path.startsWith(part)),
  )
  result.onlyTouched = strays.length === 0
  if (strays.length > 0) result.notes.push(`also changed: ${strays.join(', ')}`)
  for (const { run } of repaired.toReversed()) {
    const back = await stage.migrate('rollback', '--run', run ?? '', '--no-interactive')
    if (back.code !== 0) result.notes.push(`rollback ${back.code}: ${back.stderr.slice(0, 600)}`)
  }
  const differing = changed(before, stage.tree())
  result.restored = differing.length === 0
  if (differing.length > 0) result.notes.push(`not as before: ${differing.join(', ')}`)
}

/** What is only told must be left alone, whatever is agreed to; steps to take must be told. */
async function guided(stage: Stage, fault: Fault, result: FaultResult): Promise<void> {
  const before = stage.tree()
  const [finding = ''] = list(fault.finding)
  const fixed = await stage.migrate(
    'fix-config',
    '--yes',
    '--only',
    finding,
    '--no-interactive',
    '--no-learn',
    '--json',
  )
  const states = (dataOf(Fixed, fixed.stdout)?.faults ?? []).map(({ state }) => state)
  result.onlyTouched = changed(before, stage.tree()).length === 0 && states.every((state) => state === 'guided')
  if (!result.onlyTouched) result.notes.push(`not only guided: ${states.join(' ')} ${fixed.stderr.slice(-300)}`)
}

/** Paths whose line (mode, owner, digest) is not in both. */
function changed(before: string[], after: string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)]
  const lines = [...before.filter((line) => !now.has(line)), ...after.filter((line) => !old.has(line))]
  return [...new Set(lines.map((line) => line.slice(0, line.indexOf(' '))))]
}
