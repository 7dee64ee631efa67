import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { diagnosticEngine, type EnvironmentAnalysis } from '../../diagnosis/diagnostic-engine.ts'
import { loadKnowledge } from '../../diagnosis/knowledge/load.ts'
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
  const engine = diagnosticEngine(await loadKnowledge(), (wanted) => look(options, wanted))
  const diagnosis = await engine.identifyProblemPatterns(openText(file))
  if (options.json) printJson(diagnosis)
  else process.stdout.write(`${renderDiagnosis(diagnosis, terminalStyle(process.stdout))}\n`)
  return diagnosis.verdict === 'bench_problem' || diagnosis.verdict === 'out_of_scope' ? 0 : 2
}

/** What reads a bench is loaded only where there may be one: the answer to a pasted text is quick. */
async function look(options: DiagnoseOptions, wanted: ReadonlySet<string>): Promise<EnvironmentAnalysis> {
  if (options.bench !== undefined || insideBench(process.cwd())) {
    return (await import('../look-at-bench.ts')).lookAtBench(options, wanted)
  }
  return { findings: null, values: options.site === undefined ? {} : { site: options.site }, notes: [] }
}

const insideBench = (directory: string): boolean =>
  existsSync(join(directory, 'sites')) || (dirname(directory) !== directory && insideBench(dirname(directory)))
