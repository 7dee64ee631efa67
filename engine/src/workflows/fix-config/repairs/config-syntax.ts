import type { Mend } from '../../../changes/json-mends.ts'
import { mendJson } from '../../../changes/json-mends.ts'
import { shellWord } from '../../../host/shell-word.ts'
import { readTextFile } from '../../../services/text-file.ts'
import type { Remedy, Repair } from '../repair.ts'

const mending = (id: string, describe: string, mends: Mend[], command: (path: string) => string): Remedy => ({
  ...{ id, describe, risk: 'low', prior: { worked: 18, failed: 0 } },
  plan: async ({ host }, { subject }) => {
    const read = await readTextFile(host, subject)
    // A truncated or mistyped file has more than one reading: that is for somebody who knows the site.
    if (read.state !== 'read' || mendJson(read.text, mends) === null) return null
    return {
      steps: [{ kind: 'mend-json', params: { path: subject, mends, purpose: describe } }],
      commands: [command(shellWord(subject))],
    }
  },
})

/** A configuration file that is JSON but for a mark, comments or commas: every value stays as it was. */
export const configSyntax: Repair = {
  id: 'config-syntax',
  findings: ['config-byte-order-mark', 'config-invalid-json'],
  cause: 'site_config_invalid',
  remedies: [
    mending(
      'without-mark',
      'Take the byte order mark away',
      ['byte-order-mark'],
      (path) => `sed -i '1s/^\\xEF\\xBB\\xBF//' ${path}`,
    ),
    mending(
      'without-comments',
      'Take comments and commas before closing brackets away',
      ['byte-order-mark', 'comments-and-commas'],
      (path) => `edit ${path} until python3 -m json.tool ${path} accepts it`,
    ),
  ],
}
