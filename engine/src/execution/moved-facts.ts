import { isDeepStrictEqual } from 'node:util'
import { digestOf } from '../host/value-digest.ts'
import type { BindingFact, Plan } from './plan.ts'

type Value = BindingFact['value']

/** Keys of configuration files by their values; lines of text files move with every edit around them, their step speaks for them. */
const configured = ({ preview }: Plan): BindingFact[] =>
  preview.configuration
    .filter(({ what }) => !what.startsWith('line '))
    .map(({ file, what, before, after }) => ({
      item: `${file}: ${what}`,
      value: `${before ?? '(not set)'} → ${after ?? '(removed)'}`,
    }))

/** Binding facts that differ between two plans of the same request, each in words: what moved since the first was made. */
export function movedFacts(stored: Plan, fresh: Plan): string[] {
  return [
    ...movedPlaces(stored, fresh),
    ...differing(
      [...stored.binding, ...configured(stored)].map(({ item, value }) => [item, value]),
      [...fresh.binding, ...configured(fresh)].map(({ item, value }) => [item, value]),
      inWords,
    ),
    ...movedSteps(stored, fresh),
  ]
}

function movedPlaces({ places: stored }: Plan, { places: fresh }: Plan): string[] {
  const facts = (places: Plan['places']): [string, string][] =>
    Object.entries(places ?? {}).flatMap(([name, place]) =>
      Object.entries(place).map(([what, value]): [string, string] => [`${name}: ${what}`, value]),
    )
  return differing(facts(stored), facts(fresh), inWords)
}

function movedSteps(stored: Plan, fresh: Plan): string[] {
  const described = new Map([...fresh.steps, ...stored.steps].map(({ id, describe }) => [id, describe]))
  const digests = ({ steps }: Plan): [string, string][] =>
    steps.map(({ id, kind, phase, params, place = null }) => [
      id,
      digestOf([kind, phase, boundOf(kind, params), place]),
    ])
  return differing(digests(stored), digests(fresh), (id, was, is) => {
    const what = was === undefined ? 'is new' : is === undefined ? 'is gone' : 'would do something else than planned'
    return [`step ${id} ${what}: ${described.get(id)}`]
  })
}

/** What is copied of a live site grows with every document: amounts are told, and bind nothing. */
const AMOUNTS = new Set(['tables', 'rows', 'files', 'bytes'])

function boundOf(kind: string, params: unknown): unknown {
  if (!kind.startsWith('copy-') || params === null || typeof params !== 'object') return params
  return Object.fromEntries(
    Object.entries(params).filter(([key, value]) => !AMOUNTS.has(key) || typeof value !== 'number'),
  )
}

function differing<Of>(
  stored: [string, Of][],
  fresh: [string, Of][],
  words: (item: string, was: Of | undefined, is: Of | undefined) => string[],
): string[] {
  const [before, now] = [new Map(stored), new Map(fresh)]
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((item) => !isDeepStrictEqual(before.get(item), now.get(item)))
    .flatMap((item) => words(item, before.get(item), now.get(item)))
}

function inWords(item: string, was: Value | undefined, is: Value | undefined): string[] {
  if (was === undefined) return [typeof is === 'string' ? `${item}: is ${is}, was not there` : `${item} is new`]
  if (is === undefined) return [typeof was === 'string' ? `${item}: was ${was}, is not there` : `${item} is gone`]
  if (typeof was === 'string' || typeof is === 'string') return [`${item}: was ${text(was)}, is ${text(is)}`]
  return differing(Object.entries(was), Object.entries(is), (part, before, now) => {
    if (before === undefined) return [`${item}: ${part} is new (${now})`]
    return [now === undefined ? `${item}: ${part} is gone` : `${item}: ${part} was ${before}, is ${now}`]
  })
}

const text = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value))
