import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'

/** A key that stands twice: the last one counts, so the one before goes and nothing changes for Frappe. */
export const configDuplicateKey: Repair = {
  id: 'config-duplicate-key',
  findings: ['config-duplicate-key'],
  cause: 'site_config_invalid',
  remedies: [
    {
      ...{ id: 'keep-last', risk: 'low', prior: { worked: 18, failed: 0 } },
      describe: 'Keep the last of keys that stand twice, which is the one that counts',
      plan: (_look, { subject }) => ({
        steps: [
          {
            kind: 'mend-json',
            params: { path: subject, mends: ['duplicate-keys'], purpose: 'Keep the last of keys that stand twice' },
          },
        ],
        commands: [`edit ${shellWord(subject)}: remove the first of the two`],
      }),
    },
  ],
}
