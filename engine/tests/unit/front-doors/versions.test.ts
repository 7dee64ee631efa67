import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const REPOSITORY = resolve(import.meta.dirname, '../../../..')

test('the three front doors carry one version', async () => {
  const npm = await found('engine/package.json', /"version": "([^"]+)"/)
  assert.equal(await found('engine/package-lock.json', /"version": "([^"]+)"/), npm)
  assert.equal(await found('app_migrator/__init__.py', /__version__ = "([^"]+)"/), npm)
  assert.equal(await found('packaging/frappe-migrator/pyproject.toml', /^version = "([^"]+)"/m), npm)
  assert.equal(await found('packaging/frappe-migrator/pyproject.toml', /"app_migrator==([^"]+)"/), npm)
})

async function found(file: string, version: RegExp): Promise<string> {
  const match = version.exec(await readFile(join(REPOSITORY, file), 'utf8'))
  assert.ok(match?.[1], `${file} names no version`)
  return match[1]
}
