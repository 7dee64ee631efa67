import { shown } from './shown.ts'

/** HTML that is meant as such; every other value is text and escaped. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = Markup | string | number | null | Value[]

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function written(value: Value): string {
  if (value === null) return ''
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return value.map(written).join('')
  return shown(String(value)).replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter)
}

/** Only what stands in the template itself is HTML: values are masked and escaped, so nothing can be forgotten. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Markup =>
  new Markup(parts.map((part, index) => `${part}${written(values[index] ?? null)}`).join(''))
