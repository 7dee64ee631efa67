import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyFingerprint, Manifest } from '../../../src/backup/manifest.ts'

const manifest: Manifest = {
  version: 1,
  site: 'old.cloud',
  names: ['old.cloud', 'www.old.cloud'],
  takenAt: '2026-11-22T22:32:59Z',
  writer: 'frappe-migrator 0.1.0',
  apps: [{ name: 'frappe', version: '15.55.1', branch: 'version-15', commit: null }],
  database: {
    kind: 'mariadb',
    name: '_1c2408fd08cc0d5d',
    serverVersion: '10.11.19-MariaDB',
    file: { name: 'database.zst', bytes: 10, sha256: 'a'.repeat(64) },
    tables: [{ name: '__Auth', rows: 14, checksum: null, autoIncrement: null }],
    views: [],
    triggers: [],
    routines: [],
    sequences: [{ name: 'web_form_list_column_id_seq', next: '1' }],
  },
  files: [{ side: 'public', path: 'a/b.txt', bytes: 1, sha256: 'b'.repeat(64) }],
  keyFingerprint: keyFingerprint('a key'),
}

test('a manifest survives being written and read', () => {
  assert.deepEqual(Manifest.parse(JSON.parse(JSON.stringify(manifest))), manifest)
})

test('a manifest that counts wrongly or names no digest is refused', () => {
  const { database } = manifest
  const [table] = database.tables
  assert.ok(!Manifest.safeParse({ ...manifest, database: { ...database, tables: [{ ...table, rows: -1 }] } }).success)
  assert.ok(!Manifest.safeParse({ ...manifest, files: [{ side: 'public', path: 'a', bytes: 1, sha256: 'x' }] }).success)
})

test('a fingerprint tells keys apart and shows none', () => {
  assert.notEqual(keyFingerprint('one'), keyFingerprint('other'))
  assert.equal(keyFingerprint('one'), keyFingerprint('one'))
  assert.match(keyFingerprint('a secret key'), /^[0-9a-f]{16}$/)
})
