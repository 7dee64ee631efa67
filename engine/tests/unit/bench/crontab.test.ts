import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesHost } from '../../../src/bench/crontab.ts'

test('a line names a site only at the boundaries of its name', () => {
  const yes = [
    'bench --site old.cloud backup',
    'curl https://OLD.cloud/api',
    'curl https://user:pw@old.cloud/api',
    'curl old.cloud:8000',
    'du /b/sites/old.cloud/private',
    'echo "old.cloud".',
  ]
  const no = [
    'bench --site shop.old.cloud backup',
    'bench --site old.cloud.mx backup',
    'mail -s done admin@old.cloud',
    'cp old.cloud.sql.gz /backup',
    'bench --site my-old.cloud backup',
    'bench --site old-cloud backup',
  ]
  for (const text of yes) assert.equal(namesHost(text, 'old.cloud'), true, text)
  for (const text of no) assert.equal(namesHost(text, 'old.cloud'), false, text)
})
