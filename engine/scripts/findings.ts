/** Writes docs/findings.md from what the checks say they can find; `--check` only compares (exit 1 when it is out of date). */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { findingsPage } from '../src/checks/analysis/findings-page.ts'

const file = resolve(import.meta.dirname, '..', '..', 'docs', 'findings.md')
const page = findingsPage()
if (process.argv.includes('--check')) process.exitCode = readFileSync(file, 'utf8') === page ? 0 : 1
else writeFileSync(file, page)
