import type { Host } from '../host/host.ts'
import { parseJsonObject } from '../host/parse-json.ts'
import { readTextFile } from '../services/text-file.ts'
import type { JsonFile } from './bench-facts.ts'
import { checkKnownKeys } from './config-keys.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './reading.ts'

/** Reads a JSON file of the bench. Broken, unreadable or odd: a finding with line and column, and never a quote of the text. */
export async function readJsonFile(host: Host, path: string): Promise<Reading<JsonFile>> {
  const read = await readTextFile(host, path)
  if (read.state === 'missing') return { value: { path, exists: false, text: null, value: null }, findings: [] }
  if (read.state === 'unreadable') {
    const unreadable: Finding = {
      id: 'config-unreadable',
      severity: 'critical',
      title: `${path} could not be read.`,
      evidence: `${path}: ${read.code}`,
      remedies:
        read.code === 'not UTF-8'
          ? ['Save the file as UTF-8.']
          : [`Run as the bench's owner, or give that user the right to read ${path}.`],
      subject: path,
    }
    return { value: { path, exists: true, text: null, value: null }, findings: [unreadable] }
  }
  const parsed = parseJsonObject(read.text)
  const findings: Finding[] = []
  if (parsed.problem !== null) {
    const { line, column, what } = parsed.problem
    findings.push({
      id: 'config-invalid-json',
      severity: 'critical',
      title: `${path} is not a valid JSON configuration.`,
      evidence: `${path}:${line}:${column}: ${what}`,
      remedies: [`Repair line ${line}, column ${column} of ${path}; \`python3 -m json.tool ${path}\` must accept it.`],
      subject: path,
    })
  }
  for (const { key, line, column } of parsed.duplicates) {
    findings.push({
      id: 'config-duplicate-key',
      severity: 'warning',
      title: `"${key}" stands twice in ${path}; the last one counts.`,
      evidence: `${path}:${line}:${column}: "${key}" again`,
      remedies: ['Remove the one that is not wanted.'],
      subject: path,
    })
  }
  findings.push(...checkKnownKeys(path, parsed))
  return { value: { path, exists: true, text: read.text, value: parsed.value }, findings }
}
