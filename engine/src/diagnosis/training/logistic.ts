import { logSoftmax, type Vector } from '../rank/model.ts'
import { minimize } from './minimize.ts'

/** A report as numbers, the place of its label, and how much it counts. */
export interface Example {
  vector: Vector
  label: number
  weight: number
}

export interface Fitted {
  /** The labels of a feature side by side. */
  weights: Float64Array
  constants: Float64Array
}

/**
 * Multinomial logistic regression.
 *
 * @param penalty of half the squared weights (L2); the constants are free
 */
export function fit(examples: readonly Example[], features: number, labels: number, penalty: number): Fitted {
  const constants = features * labels
  const solution = minimize(
    (point) => {
      const gradient = new Float64Array(point.length)
      let value = 0
      for (let at = 0; at < constants; at++) {
        const weight = point[at] ?? 0
        value += 0.5 * penalty * weight * weight
        gradient[at] = penalty * weight
      }
      const now = { weights: point.subarray(0, constants), constants: point.subarray(constants) }
      for (const { vector, label, weight } of examples) {
        const log = predict(now, vector)
        value -= weight * (log[label] ?? 0)
        for (let one = 0; one < labels; one++) log[one] = weight * (Math.exp(log[one] ?? 0) - (one === label ? 1 : 0))
        addOuter(gradient, labels, vector, log)
        for (let one = 0; one < labels; one++)
          gradient[constants + one] = (gradient[constants + one] ?? 0) + (log[one] ?? 0)
      }
      return { value, gradient }
    },
    new Float64Array(constants + labels),
  )
  return { weights: solution.slice(0, constants), constants: solution.slice(constants) }
}

/** Log probabilities of the labels. */
export function predict({ weights, constants }: Fitted, { indices, values }: Vector): Float64Array {
  const labels = constants.length
  const found = constants.slice()
  for (let at = 0; at < indices.length; at++) {
    const from = (indices[at] ?? 0) * labels
    const by = values[at] ?? 0
    for (let one = 0; one < labels; one++) found[one] = (found[one] ?? 0) + by * (weights[from + one] ?? 0)
  }
  return logSoftmax(found)
}

function addOuter(gradient: Float64Array, labels: number, { indices, values }: Vector, by: Float64Array): void {
  for (let at = 0; at < indices.length; at++) {
    const from = (indices[at] ?? 0) * labels
    const value = values[at] ?? 0
    for (let one = 0; one < labels; one++) gradient[from + one] = (gradient[from + one] ?? 0) + value * (by[one] ?? 0)
  }
}
