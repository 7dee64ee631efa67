import { shellWord } from '../../host/shell-word.ts'
import type { RepairStep } from './repair.ts'

type Value = string | number | boolean | string[]

/** Sets or (undefined) removes keys of a JSON configuration. Never for a value that is a secret: it would stand in the plan. */
export const setKeys = (path: string, keys: Record<string, Value | undefined>, purpose: string): RepairStep => ({
  kind: 'edit-json',
  params: {
    path,
    edits: Object.entries(keys).map(([key, value]) => ({ keys: [key], ...(value === undefined ? {} : { value }) })),
    purpose,
  },
})

export const writeText = (path: string, content: string, purpose: string): RepairStep => ({
  kind: 'write-file',
  params: { path, content, purpose },
})

export const setAside = (path: string): RepairStep => ({ kind: 'set-aside', params: { path } })

export const setLink = (path: string, to: string | null, purpose: string): RepairStep => ({
  kind: 'set-link',
  params: { path, to, purpose },
})

export const makeDirectory = (path: string, purpose: string): RepairStep => ({
  kind: 'add-directory',
  params: { path, mode: 0o755, purpose },
})

/** `bench set-config` as somebody would type it, for the bench or one site. */
export const setConfig = (site: string | null, key: string, value: string | number): string =>
  `bench ${site === null ? '' : `--site ${shellWord(site)} `}set-config ${site === null ? '-g ' : ''}${typeof value === 'number' ? '-p ' : ''}${key} ${shellWord(String(value))}`
