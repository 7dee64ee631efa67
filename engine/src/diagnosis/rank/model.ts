import { readFileSync } from 'node:fs'
import { assetPath } from '../../host/asset.ts'
import type { Label } from '../labels.ts'
import type { Features } from './features.ts'

/** Where the trained weights lie, below `engine/`. */
export const WEIGHTS = 'knowledge/ranking.json'

/** How much each voice counts in the score of a label. Few numbers on purpose: they are fitted on reports no voice has seen. */
export interface Voices {
  /** Of the linear model's log probability. */
  linear: number
  /** Of the weight of the rules met of the label's best cause. */
  rule: number
  /** Of how far the label's rule is ahead, for the one whose rule is the strongest of all. */
  lead: number
  /** Of the likeness to the label's causes. */
  likeness: number
}

/** What `npm run train` writes. */
export interface StoredModel {
  /** Digests of what it was trained from, by name. */
  inputs: Record<string, string>
  labels: Label[]
  /** Features by number, a line each. */
  vocabulary: string
  /** One byte a feature: how rare it is. */
  rarity: { bytes: string; scale: number }
  /** One signed byte for each feature and label, the labels of a feature side by side. */
  weights: { bytes: string; scale: number }
  constants: number[]
  voices: Voices
  /** Words of each cause's entry and cases: numbers of features (two bytes each) and strengths (one byte each). */
  portraits: Record<string, { features: string; strengths: string }>
}

/** A report or an entry as numbers, of length 1: numbers of features in growing order, and their strengths. */
export interface Vector {
  indices: Int32Array
  values: Float64Array
}

export interface Model {
  labels: readonly Label[]
  vocabulary: ReadonlyMap<string, number>
  rarity: Float64Array
  weights: Int8Array
  scale: number
  constants: Float64Array
  voices: Voices
  portraits: ReadonlyMap<string, Vector>
}

/** @throws MigratorError `asset-missing` when the installation is incomplete */
export const shippedModel = (): Model => openModel(JSON.parse(readFileSync(assetPath(WEIGHTS), 'utf8')))

/** Makes stored weights ready for use. */
export function openModel(stored: StoredModel): Model {
  // Read at every start, so in plain loops: `from` with a function takes three times as long.
  const rarity = new Float64Array(Buffer.from(stored.rarity.bytes, 'base64'))
  for (let at = 0; at < rarity.length; at++) rarity[at] = (rarity[at] ?? 0) * stored.rarity.scale
  const vocabulary = new Map<string, number>()
  for (const name of stored.vocabulary.split('\n')) vocabulary.set(name, vocabulary.size)
  const weights = Buffer.from(stored.weights.bytes, 'base64')
  return {
    labels: stored.labels,
    vocabulary,
    rarity,
    weights: new Int8Array(weights.buffer, weights.byteOffset, weights.length),
    scale: stored.weights.scale,
    constants: Float64Array.from(stored.constants),
    voices: stored.voices,
    portraits: new Map(Object.entries(stored.portraits).map(([id, stored]) => [id, openPortrait(stored)])),
  }
}

function openPortrait({ features, strengths }: { features: string; strengths: string }): Vector {
  const numbers = Buffer.from(features, 'base64')
  const indices = new Int32Array(numbers.length / 2)
  for (let at = 0; at < indices.length; at++) indices[at] = (numbers[2 * at] ?? 0) | ((numbers[2 * at + 1] ?? 0) << 8)
  return toLength({ indices, values: new Float64Array(Buffer.from(strengths, 'base64')) })
}

/** Features as numbers: rare ones count more, unknown ones not at all. */
export function vectorOf({ vocabulary, rarity }: Pick<Model, 'vocabulary' | 'rarity'>, features: Features): Vector {
  const found: [number, number][] = []
  for (const [name, strength] of features) {
    const index = vocabulary.get(name)
    if (index !== undefined) found.push([index, strength * (rarity[index] ?? 0)])
  }
  found.sort(([left], [right]) => left - right)
  return toLength({
    indices: Int32Array.from(found, ([index]) => index),
    values: Float64Array.from(found, ([, value]) => value),
  })
}

function toLength(vector: Vector): Vector {
  const { indices, values } = vector
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? 0) ** 2
  const by = sum === 0 ? 0 : 1 / Math.sqrt(sum)
  const scaled = new Float64Array(values.length)
  for (let at = 0; at < values.length; at++) scaled[at] = (values[at] ?? 0) * by
  return { indices, values: scaled }
}

/** Log probabilities of the labels by the linear model alone. */
export function linearScores(model: Model, { indices, values }: Vector): Float64Array {
  const classes = model.labels.length
  const scores = model.constants.slice()
  for (const [at, index] of indices.entries()) {
    const by = (values[at] ?? 0) * model.scale
    const from = index * classes
    for (let one = 0; one < classes; one++) scores[one] = (scores[one] ?? 0) + by * (model.weights[from + one] ?? 0)
  }
  return logSoftmax(scores)
}

/** Scores as logarithms of probabilities that add up to 1. */
export function logSoftmax(scores: Float64Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < scores.length; at++) most = Math.max(most, scores[at] ?? 0)
  let sum = 0
  for (let at = 0; at < scores.length; at++) sum += Math.exp((scores[at] ?? 0) - most)
  const log = most + Math.log(sum)
  const result = new Float64Array(scores.length)
  for (let at = 0; at < scores.length; at++) result[at] = (scores[at] ?? 0) - log
  return result
}

/** Likeness of two vectors of length 1: 0 nothing in common, 1 the same. */
export function likeness(left: Vector, right: Vector): number {
  let sum = 0
  let other = 0
  for (let at = 0; at < left.indices.length; at++) {
    const index = left.indices[at] ?? 0
    while (other < right.indices.length && (right.indices[other] ?? 0) < index) other++
    if (right.indices[other] === index) sum += (left.values[at] ?? 0) * (right.values[other] ?? 0)
  }
  return sum
}
