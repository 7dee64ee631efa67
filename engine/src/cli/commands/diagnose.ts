import { diagnose } from '../../diagnosis/diagnose.ts'
import { loadKnowledge } from '../../diagnosis/knowledge/load.ts'
import { matcherOf } from '../../diagnosis/match/match-causes.ts'
import { markersOf } from '../../diagnosis/text/markers.ts'
import { readInput } from '../../diagnosis/text/read-input.ts'
import { renderDiagnosis } from '../../report/render-diagnosis.ts'
import { terminalStyle } from '../../report/style.ts'
import { openText } from '../open-text.ts'
import type { CommonOptions } from '../options.ts'
import { printJson } from '../print-json.ts'

export interface DiagnoseOptions extends CommonOptions {
  /** False with --no-probe. */
  probe?: boolean
}

/** Names the cause of an error text or a log. Exit 2 when it is not sure of one. */
export async function diagnoseText(file: string | undefined, options: DiagnoseOptions): Promise<number> {
  const knowledge = await loadKnowledge()
  const input = await readInput(openText(file), markersOf(knowledge.causes))
  const values = options.site === undefined ? {} : { site: options.site }
  const answer = diagnose(matcherOf(knowledge.causes), input, { findings: null, values, notes: knowledge.notes })
  if (options.json) printJson(answer)
  else process.stdout.write(`${renderDiagnosis(answer, terminalStyle(process.stdout))}\n`)
  return answer.verdict === 'bench_problem' || answer.verdict === 'out_of_scope' ? 0 : 2
}
