import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Redis } from 'ioredis'
import { enqueueJob, jobEnd, jobState } from '../../servers/jobs.ts'
import { startWorker } from '../../servers/web.ts'
import { createMariadbStage, type MariadbStage } from '../kill/mariadb-stage.ts'

const [source, target] = ['old.cloud', 'new.domain']
let stage: MariadbStage
let client: Redis

before(async () => {
  stage = await createMariadbStage()
  const config = JSON.parse(readFileSync(join(stage.bench.sitesDirectory, 'common_site_config.json'), 'utf8'))
  client = new Redis(config.redis_queue)
})
after(async () => {
  client?.disconnect()
  await stage?.remove()
})

/** Killed between the move of the jobs and that of the directory; the workers' pause ends, and one of them takes what it finds. */
async function workersTookOver(job: string): Promise<void> {
  const at = { label: 'move-jobs journal:done after', number: 2 }
  assert.equal(await stage.drive('rename', at), null)
  assert.ok((await client.ttl('rq:suspended')) > 200, 'the pause outlives a run that goes on')
  await client.del('rq:suspended')
  const worker = await startWorker(stage.bench)
  try {
    const ended = await jobEnd(stage.bench, job.replace(source, target))
    assert.equal(ended.status, 'failed')
    assert.match(ended.error ?? '', /IncorrectSitePath/)
  } finally {
    await worker.stop()
  }
}

const put = (jobId: string) =>
  enqueueJob(stage.bench, source, { method: 'frappe.utils.background_jobs.test_job', kwargs: { s: 0 }, jobId })

for (const [action, name] of [
  ['rollback', source],
  ['resume', target],
] as const) {
  test(`jobs that failed because the site was between its names wait again after ${action}`, async () => {
    const job = await put(`before-${action}`)
    await workersTookOver(job)
    const done = await stage.drive(action)
    assert.equal(done, action === 'resume' ? 'done' : 'rolled-back')
    const state = await jobState(stage.bench, job.replace(source, name))
    assert.deepEqual(state.status, 'queued')
    assert.equal(state.site, name)
    const worker = await startWorker(stage.bench)
    try {
      assert.equal((await jobEnd(stage.bench, job.replace(source, name))).status, 'finished')
    } finally {
      await worker.stop()
    }
  })
}
