import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'
import { setAside } from '../steps.ts'

/** bench writes sites/apps.json anew from apps/ with its next command that needs it (bench/bench.py, BenchApps.update_apps_states). */
export const appsJson: Repair = {
  id: 'apps-json',
  findings: ['apps-json-corrupt'],
  cause: 'bench_apps_json_corrupt',
  remedies: [
    {
      ...{ id: 'set-aside', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Move sites/apps.json away; bench writes it anew',
      plan: (_look, { subject }) => ({
        steps: [setAside(subject)],
        commands: [`mv ${shellWord(subject)} ${shellWord(`${subject}.broken`)}`],
      }),
    },
  ],
}
