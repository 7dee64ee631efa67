import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameCauses, rankCauses } from '../../../src/diagnosis/diagnose.ts'
import { dangersIn, dangersInProse } from '../../../src/diagnosis/knowledge/dangerous.ts'
import { lintKnowledge } from '../../../src/diagnosis/knowledge/lint.ts'
import { shippedDirectory } from '../../../src/diagnosis/knowledge/shipped.ts'
import { matcherOf } from '../../../src/diagnosis/match/match-causes.ts'
import { shippedModel } from '../../../src/diagnosis/rank/model.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'
import { renderDiagnosis } from '../../../src/report/render-diagnosis.ts'
import { plainStyle } from '../../../src/report/style.ts'

const dangerous = [
  'chmod 777 sites',
  'sudo chmod -R 777 .',
  'chmod -R a+rwx sites',
  'chmod 0666 x',
  'chown -R frappe:frappe /',
  'docker volume prune -f',
  'docker system prune -a --volumes',
  'docker compose -f pwd.yml down -v',
  'docker volume rm erp_sites',
  'bench update --reset',
  'git reset --hard origin/version-15',
  'cd apps/frappe && git clean -fd',
  'git checkout -f version-15',
  'git push --force',
  'bench --site erp.test reinstall',
  'bench drop-site erp.test',
  'bench drop-site erp.test --no-backup',
  'bench --site x uninstall-app hrms --yes --no-backup',
  'bench --site x --force restore dump.sql.gz',
  'bench --site x restore dump.sql.gz --force',
  'bench migrate --skip-failing',
  'rm sites/erp.test/locks/*.lock',
  'rm -rf sites/erp.test/locks',
  'sudo rm -rf sites/erp.test',
  'rm -rf apps/erpnext',
  'rm -rf ~',
  'sudo rm /var/lib/mysql/ib_logfile0',
  'mysql -e "DROP DATABASE _abc"',
  'mariadb -e "truncate table tabSessions"',
  'mariadb -e "delete from tabSessions;"',
  'mariadb -e "update tabUser set enabled=0;"',
  "GRANT ALL PRIVILEGES ON *.* TO 'x'@'%'",
  'mysqld_safe --skip-grant-tables',
  'redis-cli -p 13000 flushall',
  'redis-cli FLUSHDB',
  'redis-cli config set protected-mode no',
  'kill -9 1234',
  'kill -KILL 1234',
  'sudo killall redis-server',
  'pkill -f gunicorn',
  'sudo fuser -k 8000/tcp',
  'ufw disable',
  'setenforce 0',
  'npm config set strict-ssl false',
  'NODE_TLS_REJECT_UNAUTHORIZED=0 node x',
  'bench set-config ignore_csrf 1',
  'pip install --break-system-packages frappe-bench',
  'sudo pip3 install frappe-bench',
  'crontab -r',
  'sudo apt purge mariadb-server',
  'dd if=x of=/dev/sda',
]

const harmless = [
  'chmod 755 /home/frappe',
  'chmod o+x /home/frappe',
  'chmod -R u+rwX sites',
  'sudo chown -R frappe:frappe /home/frappe/frappe-bench',
  'docker volume ls',
  'docker compose up -d',
  'docker compose down',
  'bench restart',
  'bench --site erp.test restore backup.sql.gz',
  'bench update --no-backup',
  'git status',
  'git stash',
  'git checkout version-15',
  'rm -rf node_modules',
  'rm -rf apps/frappe/node_modules',
  'kill 1234',
  'redis-cli -p 13000 ping',
  'mariadb -e "update tabUser set enabled=1 where name=\'x\'"',
  'mariadb -e "delete from tabSessions where user=\'x\'"',
  'sudo supervisorctl restart all',
  'ls -l sites/erp.test/locks',
]

test('what makes a bad night worse is known', () => {
  for (const command of dangerous) assert.notDeepEqual(dangersIn(command), [], command)
})

test('what is not dangerous is not taken for it', () => {
  for (const command of harmless) assert.deepEqual(dangersIn(command), [], command)
})

test('sentences may speak of dropping tables, but not tell to type it', () => {
  assert.deepEqual(dangersInProse('The restore drops the tables; nothing was lost. Drop table by table.'), [])
  assert.notDeepEqual(dangersInProse('Then `drop table x` by hand.'), [])
  assert.notDeepEqual(dangersInProse('Simply chmod -R 777 the folder.'), [])
})

const { causes, cases, problems } = lintKnowledge(shippedDirectory())

test('the shipped entries satisfy the lint', () => {
  assert.deepEqual(problems, [])
  assert.ok(causes.length >= 80)
})

test('no advice that is shown for any case holds a dangerous command, except as a warning', () => {
  const ranker = { matcher: matcherOf(causes), model: shippedModel() }
  for (const { cause, cases: of } of cases) {
    for (const { report } of of) {
      const input = { reports: [{ report: prepareReport(report), count: 1 }], notes: [] }
      const values = { site: 'erp.test', bench: '/home/frappe/frappe-bench' }
      const diagnosis = nameCauses(rankCauses(ranker, input), input, { findings: null, values, notes: [] })
      for (const one of diagnosis.causes) {
        for (const { say, command = '', expect = '' } of [...one.solution_steps, ...one.validation]) {
          assert.deepEqual(dangersIn(command), [], `${cause}: ${command}`)
          assert.deepEqual(dangersInProse(say), [], `${cause}: ${say}`)
          assert.deepEqual(dangersInProse(expect), [], `${cause}: ${expect}`)
        }
      }
      const warned = diagnosis.causes.map((one) => ({ ...one, dangerous_advice: [], evidence: [] }))
      const told = renderDiagnosis({ ...diagnosis, causes: warned }, plainStyle)
      for (const line of told.split('\n')) assert.deepEqual(dangersInProse(line), [], `${cause}: ${line}`)
    }
  }
})
