import { lineEdit } from '../../changes/line-edits.ts'
import type { NginxFacts } from '../../services/nginx/nginx-facts.ts'
import type { RepairLook, RepairPlan, RepairStep } from './repair.ts'

/** A word to replace in a line of nginx's files. */
export interface Word {
  path: string
  line: number
  text: string
  at: number
  from: string
  to: string
}

/** Edits between two reloads, the first of which acts on the way back. null where the rights are missing. */
export async function withReload(
  { host }: RepairLook,
  nginx: NginxFacts,
  path: string,
  edits: RepairStep[],
  commands: string[],
): Promise<RepairPlan | null> {
  const owner = (await host.status(path))?.userId
  if (host.userId !== 0 && owner !== host.userId && (await host.privilege()) === 'none') return null
  const reload = (when: string): RepairStep => ({
    kind: 'reload-nginx',
    params: { mainConfig: nginx.mainConfig, when },
  })
  return {
    steps: [reload('before'), ...edits, reload('after')],
    commands: [...commands, 'sudo nginx -t && sudo systemctl reload nginx'],
  }
}

/** Replaces words, each in its line. null where there is nothing to replace, or the rights are missing. */
export async function editWords(
  look: RepairLook,
  nginx: NginxFacts,
  words: Word[],
  purpose: string,
): Promise<RepairPlan | null> {
  const [first] = words
  if (first === undefined) return null
  const steps: RepairStep[] = []
  for (const [path, same] of Map.groupBy(words, (word) => word.path)) {
    const owner = (await look.host.status(path))?.userId
    const privileged = look.host.userId !== 0 && owner !== look.host.userId
    const edits = [...Map.groupBy(same, ({ line }) => line)].map(([line, ofLine]) =>
      lineEdit(
        line,
        ofLine[0]?.text ?? '',
        ofLine.map(({ at, from, to }) => ({ at, from, to })).sort((one, other) => one.at - other.at),
      ),
    )
    steps.push({ kind: 'edit-text', params: { path, edits, privileged, purpose } })
  }
  const commands = words.map(({ path, line, from, to }) => `sudo sed -i '${line}s/${from}/${to}/' ${path}`)
  return withReload(look, nginx, first.path, steps, commands)
}
