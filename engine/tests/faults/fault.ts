import type { Stage } from './stage.ts'

/** One way for a bench to break. */
export interface Fault {
  name: string
  put(stage: Stage): Promise<void>
  /** The command that fails because of it, with what it really prints. */
  output(stage: Stage): Promise<string>
  /** analyze-site finds it under one of these, without any text. */
  finding: string | string[]
  /** diagnose names one of these first, or another cause of the same label. */
  cause: string | string[]
  /** low: --auto-fix does it · medium: with --yes · guided: asked for, it must change nothing · no: not asked. */
  repair: 'low' | 'medium' | 'guided' | 'no'
  /** Paths of the bench (as prefixes) that the repair may change; nothing else may. */
  touches?: string[]
  /** Ends what the fault has started; files and services come back by themselves. */
  end?(stage: Stage): Promise<void>
  /** Programs it cannot be put in without; `root`: the user. Where one is missing it is told and not tried. */
  needs?: string[]
  /** In the short run of scripts/test too. */
  quick?: true
  /** Added without looking at the rules. */
  late?: true
}

export interface FaultResult {
  name: string
  late: boolean
  /** null: not asked. */
  named: boolean | null
  /** The very entry, not only its label. */
  exact: boolean
  namedFromTextAlone: boolean
  first: string
  found: boolean
  repaired: boolean | null
  onlyTouched: boolean | null
  restored: boolean | null
  notes: string[]
}
