import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({ step: z.string() })
const Rows = z.object({ changed: z.number(), clean: z.boolean(), files: z.array(z.object({ cells: z.number() })) })

/** The search after the change found nothing more of what the plan rewrites. */
export const noOccurrenceLeft: Check = {
  id: 'no-occurrence-left',
  title: 'No planned occurrence of the old name is left',
  run: async (context, params) => {
    const rows = Rows.safeParse(context.afterOf(Params.parse(params).step))
    if (!rows.success) return { status: 'not-applicable', critical: false, evidence: 'this run searched nothing' }
    const { clean, files, changed } = rows.data
    const late = changed ? `, after ${changed} values written meanwhile were rewritten in ${files.length} round(s)` : ''
    if (clean) return { status: 'passed', critical: false, evidence: `the last search found none${late}` }
    return {
      status: 'warning',
      critical: false,
      evidence: `the running site goes on writing the old name (${files.length} rounds, ${changed} values rewritten)`,
      remedy:
        'Find what writes it (an open form, an integration), then run the same rename again: it does only what is left.',
    }
  },
}
