import type { Label } from '../labels.ts'
import type { StoredModel, Vector, Voices } from '../rank/model.ts'
import type { Linear } from './linear.ts'

/** Of a cause's words, the most telling ones. */
const MOST_OF_PORTRAIT = 120

/** Trained numbers as compact text: a byte each. */
export function storeModel(
  labels: readonly Label[],
  { vocabulary, rarity, fitted }: Linear,
  portraits: ReadonlyMap<string, Vector>,
  voices: Voices,
  inputs: Record<string, string>,
): StoredModel {
  const most = fitted.weights.reduce((best, weight) => Math.max(best, Math.abs(weight)), 0)
  const rarest = rarity.reduce((best, value) => Math.max(best, value), 0)
  return {
    inputs,
    labels: [...labels],
    voices: {
      linear: round(voices.linear),
      rule: round(voices.rule),
      lead: round(voices.lead),
      likeness: round(voices.likeness),
    },
    constants: Array.from(fitted.constants, round),
    vocabulary: [...vocabulary.keys()].join('\n'),
    rarity: { scale: rarest / 255, bytes: base64(rarity, (value) => (value / rarest) * 255) },
    weights: { scale: most / 127, bytes: base64(fitted.weights, (value) => (value / most) * 127) },
    portraits: Object.fromEntries([...portraits].map(([id, portrait]) => [id, storePortrait(portrait)])),
  }
}

function storePortrait({ indices, values }: Vector): { features: string; strengths: string } {
  const strongest = [...values.keys()]
    .sort((left, right) => (values[right] ?? 0) - (values[left] ?? 0))
    .slice(0, MOST_OF_PORTRAIT)
    .sort((left, right) => left - right)
  const most = Math.max(...strongest.map((at) => values[at] ?? 0))
  const numbers = Buffer.alloc(strongest.length * 2)
  for (const [place, at] of strongest.entries()) numbers.writeUInt16LE(indices[at] ?? 0, place * 2)
  return {
    features: numbers.toString('base64'),
    strengths: Buffer.from(strongest.map((at) => Math.max(1, Math.round(((values[at] ?? 0) / most) * 255)))).toString(
      'base64',
    ),
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000

const base64 = (values: Float64Array, byte: (value: number) => number): string =>
  Buffer.from(Int8Array.from(values, (value) => Math.round(byte(value))).buffer).toString('base64')
