import { join } from 'node:path'
import { z } from 'zod'
import { keyFingerprint } from '../backup/manifest.ts'
import { parseJsonObject } from '../host/parse-json.ts'
import { readTextFile } from '../services/text-file.ts'
import type { Check } from './check.ts'

const Params = z.object({ source: z.string(), fingerprint: z.string() })

/** Whether the site has the encryption key of the snapshot, compared by fingerprints. */
export const keyOfManifest: Check = {
  id: 'key-of-manifest',
  title: 'The encryption key is that of the snapshot',
  run: async ({ host, siteDirectory }, params) => {
    const { source, fingerprint } = Params.parse(params)
    const read = await readTextFile(host, join(siteDirectory, 'site_config.json'))
    const key = read.state === 'read' ? parseJsonObject(read.text).value?.['encryption_key'] : undefined
    const now = typeof key === 'string' ? keyFingerprint(key) : null
    if (now === fingerprint) return { status: 'passed', critical: true, evidence: `fingerprint ${now}` }
    return {
      status: 'failed',
      critical: true,
      evidence: `fingerprint ${now ?? 'of no key'}, in ${source} ${fingerprint}`,
      remedy:
        'Stored passwords open only with the key they were written with: put encryption_key of the snapshot into site_config.json.',
    }
  },
}
