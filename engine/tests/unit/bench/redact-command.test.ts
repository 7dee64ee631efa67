import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactCommand } from '../../../src/bench/redact.ts'

for (const [line, shown] of [
  ['0 4 * * * cd /b && bench --site old.cloud backup', '0 4 * * * cd /b && bench --site old.cloud backup'],
  ['* * * * * curl -u bot:S3CRET https://old.cloud/x', '* * * * * curl -u bot:*** https://old.cloud/x'],
  ['* * * * * curl --user "bot:S3CRET" https://old.cloud', '* * * * * curl --user "bot:***" https://old.cloud'],
  ['* * * * * curl "https://old.cloud/x?a=S3CRET&b=S3CRET"', '* * * * * curl "https://old.cloud/x?a=***&b=***"'],
  ['* * * * * curl https://bot:S3CRET@old.cloud/', '* * * * * curl https://***@old.cloud/'],
  [
    "* * * * * curl -H 'Authorization: token S3CRET:S3CRET' https://old.cloud",
    "* * * * * curl -H 'Authorization: ***' https://old.cloud",
  ],
  ['* * * * * curl -H "X-Api-Key: S3CRET" https://old.cloud', '* * * * * curl -H "X-Api-Key: ***" https://old.cloud'],
  ['* * * * * mysqldump -uroot -pS3CRET x', '* * * * * mysqldump -uroot -p*** x'],
  ["DB_PASSWORD='S3 CRET'", 'DB_PASSWORD=***'],
  ['* * * * * app --token S3CRET old.cloud', '* * * * * app --token *** old.cloud'],
] as const) {
  test(`a crontab line is shown without what is secret: ${line}`, () => {
    assert.equal(redactCommand(line), shown)
  })
}
