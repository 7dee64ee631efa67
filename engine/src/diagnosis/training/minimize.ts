/** What a function is worth at a point, and its slope there. */
export interface Slope {
  value: number
  gradient: Float64Array
}

interface Step {
  change: Float64Array
  difference: Float64Array
  product: number
}

/** Steps remembered; rounds and halvings at most. */
const MEMORY = 4
const ROUNDS = 60
const HALVINGS = 20
/** A round that gains less, relative to the value, is the last. */
const ENOUGH = 1e-4

/** The lowest point of a smooth convex function, by L-BFGS. No chance is involved: the same function gives the same point. */
export function minimize(slopeAt: (point: Float64Array) => Slope, start: Float64Array): Float64Array {
  let point = start
  let here = slopeAt(point)
  const steps: Step[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const direction = descent(here.gradient, steps)
    const slope = dot(direction, here.gradient)
    if (slope >= 0) break
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(here.gradient, here.gradient))) : 1
    let next = sum(point, direction, length)
    let there = slopeAt(next)
    for (let halving = 0; there.value > here.value + 1e-4 * length * slope && halving < HALVINGS; halving++) {
      length /= 2
      next = sum(point, direction, length)
      there = slopeAt(next)
    }
    const gained = here.value - there.value
    if (!(gained > 0)) break
    const change = sum(next, point, -1)
    const difference = sum(there.gradient, here.gradient, -1)
    const product = dot(change, difference)
    if (product > 1e-12) steps.push({ change, difference, product })
    if (steps.length > MEMORY) steps.shift()
    point = next
    here = there
    if (gained < ENOUGH * Math.max(1, Math.abs(here.value))) break
  }
  return point
}

/** Newton's direction, as far as the last steps tell of the curvature. */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = sum(new Float64Array(gradient.length), gradient, -1)
  const factors: number[] = []
  for (const step of steps.toReversed()) {
    const factor = dot(step.change, direction) / step.product
    factors.unshift(factor)
    addTo(direction, step.difference, -factor)
  }
  const last = steps.at(-1)
  if (last) {
    const scale = last.product / dot(last.difference, last.difference)
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) * scale
  }
  for (const [at, step] of steps.entries()) {
    const back = dot(step.difference, direction) / step.product
    addTo(direction, step.change, (factors[at] ?? 0) - back)
  }
  return direction
}

function dot(left: Float64Array, right: Float64Array): number {
  let total = 0
  for (let at = 0; at < left.length; at++) total += (left[at] ?? 0) * (right[at] ?? 0)
  return total
}

// Loops: what takes functions is many times slower on arrays this long.
function addTo(to: Float64Array, more: Float64Array, by: number): void {
  for (let at = 0; at < to.length; at++) to[at] = (to[at] ?? 0) + by * (more[at] ?? 0)
}

function sum(left: Float64Array, right: Float64Array, by: number): Float64Array {
  const total = left.slice()
  addTo(total, right, by)
  return total
}
