import { join } from 'node:path'
import type { Check } from './check.ts'

export const configurationParses: Check = {
  id: 'configuration-parses',
  title: 'Configuration files are valid',
  run: async (context) => {
    const files = [
      join(context.siteDirectory, 'site_config.json'),
      join(context.benchPath, 'sites', 'common_site_config.json'),
    ]
    for (const path of files) {
      if ((await context.host.status(path)) === null) continue
      try {
        JSON.parse((await context.host.readFile(path)).toString())
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        return { status: 'failed', critical: true, evidence: `${path} is not valid JSON` }
      }
    }
    return { status: 'passed', critical: true, evidence: files.join(', ') }
  },
}
