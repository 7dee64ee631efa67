import { html, type Markup } from './markup.ts'
import { splitAtHost } from './style.ts'

type Cell = Markup | string | number

/** A titled part of the page; nothing where there is nothing to show. */
export const part = (title: string, body: Markup | null): Markup | null =>
  body && html`<section><h2>${title}</h2>${body}</section>`

/** Closed at first: what only some readers want to see. */
export const folded = (title: string, note: string, body: Markup | null): Markup | null =>
  body && html`<details><summary>${title} <span class="dim">${note}</span></summary>${body}</details>`

/** On a phone every row becomes a block, each cell under its name. */
export function table(head: string[], rows: Cell[][]): Markup | null {
  if (rows.length === 0) return null
  const body = rows.map(
    (row) => html`<tr>${row.map((cell, index) => html`<td data-name="${head[index] ?? ''}">${cell}</td>`)}</tr>`,
  )
  return html`<table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${body}</tbody></table>`
}

export const list = (items: Cell[]): Markup | null =>
  items.length ? html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>` : null

/** Boxes to tick, on the screen or on paper. */
export const checklist = (items: { name: string; text: string; note: string }[]): Markup | null =>
  items.length
    ? html`<ul class="checklist">${items.map(
        ({ name, text, note }) =>
          html`<li><label><input type="checkbox"><span><strong>${name}</strong> ${text}${note === '' ? null : html` <span class="dim">(because ${note})</span>`}</span></label></li>`,
      )}</ul>`
    : null

const tones: Record<string, string> = {
  ...{ passed: 'good', completed: 'good', yes: 'good', success: 'good' },
  ...{ failed: 'bad', no: 'bad' },
  ...{ warning: 'warn', interrupted: 'warn', rolled_back: 'warn', partial: 'warn' },
}

export const toneOf = (word: string): string => tones[word] ?? 'dim'

/** A colored word; the word itself says it too. */
export const badge = (word: string): Markup =>
  html`<span class="badge ${toneOf(word)}">${word.replaceAll('_', ' ')}</span>`

/** A text with the host set off wherever it stands. */
export const withHost = (text: string, host: string, sign: 'del' | 'ins'): Markup => {
  const parts = splitAtHost(text, host).map((piece, index) => {
    if (index % 2 === 0) return html`${piece}`
    return sign === 'del' ? html`<del>${piece}</del>` : html`<ins>${piece}</ins>`
  })
  return html`<span class="value">${parts}</span>`
}

const COMMAND = /((?:frappe-migrator|bench migrator) [a-z-]+(?: --[a-z-]+(?: [\w./:@-]+)?)*)/

/** Commands in a sentence stand out. */
export const withCommands = (sentence: string): Markup =>
  html`${sentence.split(COMMAND).map((piece, index) => (index % 2 ? html`<code>${piece}</code>` : piece))}`
