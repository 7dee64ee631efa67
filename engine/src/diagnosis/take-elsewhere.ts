import type { Report } from './text/prepare-report.ts'

/** Apps of the framework's makers, whose issues are kept under their names. */
const OFFICIAL = new Set(
  'frappe erpnext hrms lending payments helpdesk crm insights lms builder drive gameplan raven webshop wiki print_designer'.split(
    ' ',
  ),
)
const APP_FRAME = /(?:^|[\s"/])apps\/([a-z][a-z0-9_]*)\//

/** Where to take what is not a problem of the bench: the app whose code raised, and where its makers listen. */
export function takeElsewhere(reports: readonly { report: Report }[]): string {
  const frames = reports.flatMap(({ report }) => report.lines.filter((line) => line.kind === 'frame'))
  const apps = frames.flatMap(({ text }) => APP_FRAME.exec(text)?.[1] ?? [])
  const app = apps.findLast((one) => one !== 'frappe') ?? apps.at(-1)
  if (app === undefined)
    return 'Ask at https://discuss.frappe.io, with the text, the versions (bench version) and what you did.'
  const tracker = OFFICIAL.has(app) ? `https://github.com/frappe/${app}/issues` : `the makers of ${app}`
  return `The code that raised it is in the app ${app}: take it to ${tracker}, with the whole traceback and the output of bench version.`
}
