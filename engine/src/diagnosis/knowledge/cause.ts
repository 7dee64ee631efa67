import { z } from 'zod'
import { Label } from '../labels.ts'

const literal = z.string().min(3).toLowerCase()
const literals = z.union([literal.transform((one) => [one]), z.array(literal).min(1)])

/** One thing to look for. Literal anchors first; the expression, if any, is tried only around an anchor. */
export const Pattern = z.strictObject({
  /** Any of these, lower case, must stand in one line. */
  text: literals,
  /** RE2 syntax, letter case ignored, tried on a bounded window around the anchor. Named groups fill `{name}` in steps. */
  matching: z.string().optional(),
  /**
   * any: anywhere · exception: a line `Type: message` that ends a traceback · last_exception: of the last one of a chain ·
   * frame: a `File "…", line …, in …` line · command: what the person typed.
   */
  in: z.enum(['any', 'exception', 'last_exception', 'frame', 'command']).default('any'),
  /** Any of these must stand near, too. */
  near: literals.optional(),
  /** None of these may stand near. */
  unless: literals.optional(),
  /** How many lines away is near; without it the whole report. */
  within: z.number().int().min(0).max(200).optional(),
  /** 10 decides alone · 5 strong · 2 a hint. Each pattern counts once. */
  weight: z.number().min(1).max(10),
})
export type Pattern = z.infer<typeof Pattern>

/** One thing to do or to look at. `{site}`, `{bench}` and named groups of patterns are filled in where known. */
export const Step = z.strictObject({
  say: z.string(),
  command: z.string().optional(),
  /** What the command prints, or what is seen, when it went well. */
  expect: z.string().optional(),
})
export type Step = z.infer<typeof Step>

/** A cause of trouble on a bench: `knowledge/<id>.yaml`. */
export const Cause = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/),
  label: Label,
  /** A short sentence: what is the matter. */
  title: z.string().max(120),
  /** Two to five sentences: what happens, why, and why the obvious reading misleads. */
  explanation: z.string(),
  detection: z.strictObject({
    patterns: z.array(Pattern).min(1),
    /** Speak against this cause; their weight is taken away. */
    counter_patterns: z.array(Pattern).default([]),
  }),
  /** The safest first. */
  solution_steps: z.array(Step).min(1),
  /** How somebody sees that the fault is gone. */
  validation: z.array(Step).min(1),
  /** What following the steps can cost. */
  risk_level: z.enum(['low', 'medium', 'high']),
  /** Advice often given that makes it worse. The only place where such commands may stand. */
  dangerous_advice: z.array(z.strictObject({ advice: z.string(), why: z.string() })).default([]),
  /** Findings of analyze-site that prove this cause on a bench. */
  confirmed_by: z.array(z.string()).default([]),
  /** Repair of fix-config. */
  fix: z.string().nullable().default(null),
  /** Threads, documentation or files of source the facts come from. */
  sources: z.array(z.string()).min(1),
})
export type Cause = z.infer<typeof Cause>

/** Reports of one cause, in our own words and with invented names: `knowledge/cases/<id>.yaml`. */
export const CauseCases = z.strictObject({
  cause: z.string(),
  cases: z.array(z.strictObject({ report: z.string(), also: z.array(Label).default([]) })).min(1),
})
export type CauseCases = z.infer<typeof CauseCases>
