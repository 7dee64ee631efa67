import { rm } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { SITE } from '../stage.ts'

export const directories: Fault[] = [
  {
    name: "the site's logs directory gone",
    put: (stage) => rm(stage.path(`sites/${SITE}/logs`), { recursive: true }),
    output: async () => '',
    ...{ finding: 'site-directory-incomplete', cause: [], repair: 'low', touches: [`sites/${SITE}/logs`], quick: true },
  },
]
