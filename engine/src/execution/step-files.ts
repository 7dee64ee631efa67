import { z } from 'zod'
import type { RunEnvironment } from './environment.ts'
import type { BenchToLock } from './lock.ts'
import type { Plan, PlanStep } from './plan.ts'

const WithFiles = z.object({
  path: z.string().optional(),
  files: z.array(z.object({ path: z.string() })).optional(),
  privileged: z.boolean().optional(),
})

/** The files that a step writes, as far as its parameters name them, and whether root has to write them. */
export function filesOf(step: PlanStep): { paths: string[]; privileged: boolean } {
  const { path, files = [], privileged = false } = WithFiles.catch({}).parse(step.params)
  return { paths: [...(path === undefined ? [] : [path]), ...files.map((file) => file.path)], privileged }
}

/** Whether the step edits something that other benches of the machine share; the owner's crontab is one for all benches of an owner. */
export const isSharedByMachine = (step: PlanStep, benchPath: string): boolean =>
  step.kind === 'user-crontab' || filesOf(step).paths.some((path) => !path.startsWith(`${benchPath}/`))

/** The benches that a run of this plan works on, and whether it edits files there that other benches share. */
export function benchesOf({ place }: Pick<RunEnvironment, 'place'>, { places, steps }: Plan): BenchToLock[] {
  const names = places === undefined ? [undefined] : (['source', 'target'] as const)
  return names.map((name) => {
    const { host, benchPath } = place(name)
    const own = steps.filter((step) => places === undefined || (step.place ?? 'target') === name)
    return { host, benchPath, touchesMachine: own.some((step) => isSharedByMachine(step, benchPath)) }
  })
}
