/** A site that was hosted had such a name, and its content may still link to it. */
export const HOSTED = '.frappe.cloud'
const ANY_HOSTED = /\.frappe\.cloud/i
const HOSTED_NAME = /(?<=\/\/|%2F%2F|\\\/\\\/)[a-z0-9-]{1,63}\.frappe\.cloud(?![\w.-])/gi

/** Names under frappe.cloud that a value links to, in small letters, each once. */
export function hostedNamesIn(value: string): Set<string> {
  if (!ANY_HOSTED.test(value)) return new Set()
  return new Set([...value.matchAll(HOSTED_NAME)].map(([host]) => host.toLowerCase()))
}
