import { z } from 'zod'
import { GoneFinding, MachinePlaces } from '../../checks/finding-gone.ts'

/** What one repair was asked to mend; stored with its plan. */
export const FixRequest = z.object({
  repair: z.string(),
  remedy: z.string(),
  cause: z.string().nullable(),
  finding: GoneFinding,
  places: MachinePlaces,
})
export type FixRequest = z.infer<typeof FixRequest>
