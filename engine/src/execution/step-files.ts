import { z } from 'zod'
import type { PlanStep } from './plan.ts'

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
