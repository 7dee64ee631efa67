import assert from 'node:assert/strict'
import { test } from 'node:test'
import { creationStatements, missingRights, sufficientGrants } from '../../../src/database/mariadb/administration.ts'

const NAME = '_5a6f77ad9a1a4432'
const asShown = (statement: string) => statement.replace("'ADMIN'@'HOST'", '`admin`@`localhost`').replace(';', '')

test('the grants that are said to suffice do, and with one of them missing that is told', () => {
  const grants = ['GRANT USAGE ON *.* TO `admin`@`localhost`', ...sufficientGrants(NAME).map(asShown)]
  assert.deepEqual(missingRights(grants, NAME), [])
  assert.deepEqual(missingRights(grants.slice(0, 2), NAME), ['CREATE', 'GRANT OPTION'])
  assert.deepEqual(missingRights([grants[0] ?? '', grants[2] ?? ''], NAME), ['CREATE USER'])
})

test('root may all of it, and a grant counts for the databases that its pattern covers', () => {
  assert.deepEqual(missingRights(['GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION'], NAME), [])
  const pattern = (scope: string) => [
    'GRANT CREATE USER ON *.* TO `a`@`%`',
    `GRANT ALL PRIVILEGES ON \`${scope}\`.* TO \`a\`@\`%\` WITH GRANT OPTION`,
  ]
  assert.deepEqual(missingRights(pattern('\\_%'), NAME), [])
  assert.deepEqual(missingRights(pattern('_5a6f77ad9a1a443_'), NAME), [])
  assert.deepEqual(missingRights(pattern('shop\\_%'), NAME), ['CREATE', 'GRANT OPTION'])
})

test('a site user has the rights of its own database alone', () => {
  const grants = ['GRANT USAGE ON *.* TO `_a`@`%`', 'GRANT ALL PRIVILEGES ON `_a`.* TO `_a`@`%`']
  assert.deepEqual(missingRights(grants, NAME), ['CREATE USER', 'CREATE', 'GRANT OPTION'])
})

test('the new account is granted its own database, not those whose names differ where an underscore stands', () => {
  const wanted = {
    database: '_a_b',
    user: '_a_b',
    hosts: ['localhost'],
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_unicode_ci',
  }
  assert.match(creationStatements(wanted).at(-1) ?? '', /ON `\\_a\\_b`\.\*/)
})
