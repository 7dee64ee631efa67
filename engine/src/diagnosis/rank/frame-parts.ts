import { words } from './tokens.ts'

const FRAME = /File "([^"]+)", line \d+(?:, in (\S+))?/

/** Where the code of a frame belongs: its app or package, its folders, its function. */
export function frameParts(frame: string): string[] {
  const [, path = '', name = ''] = FRAME.exec(frame) ?? []
  if (path === '') return ['f:script', ...words(frame).map((word) => `f:${word}`)]
  const library = /(?:site|dist)-packages\/([^/.]+)/.exec(path)?.[1]
  if (library !== undefined) return [`f:library`, `f:${library}`, `f:${library}.${name}`]
  const app = /apps\/([^/]+)\/(.*)\.(?:py|js|html)$/.exec(path)
  if (app?.[1] !== undefined) {
    const owner = app[1] === 'frappe' || app[1] === 'erpnext' ? app[1] : 'custom'
    const folders = (app[2] ?? '').split('/').slice(1)
    const inside = folders.filter((folder) =>
      /^(?:doctype|patches|report|www|page|api|controllers|commands|regional|utils|integrations|email|database|model|desk)$/.test(
        folder,
      ),
    )
    return [
      `f:app ${app[1]}`,
      `f:owner ${owner}`,
      `f:in ${owner} ${inside[0] ?? 'root'}`,
      ...folders.slice(-1).map((file) => `f:file ${file}`),
      `f:name ${name}`,
    ]
  }
  if (/bench/.test(path) && !/frappe\//.test(path)) return ['f:bench', `f:bench ${name}`]
  return ['f:system', `f:system ${path.split('/').at(-1)}`]
}
