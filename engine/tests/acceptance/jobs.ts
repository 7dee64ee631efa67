/** Background jobs of a real site: put by Frappe and rq, looked at and waited for. */
import { setTimeout as delay } from 'node:timers/promises'
import { inFrappe } from './real-bench.ts'

const CONNECTION = `
from datetime import timedelta
from frappe.utils.background_jobs import create_job_id, enqueue, execute_job, get_queue, get_redis_conn
from rq.exceptions import NoSuchJobError
from rq.job import Job
redis = get_redis_conn()
site = frappe.local.site
`

/** A job that fails at once. */
export const enqueueBroken = (site: string): Promise<unknown> =>
  inFrappe(
    site,
    `${CONNECTION}\nenqueue("frappe.client.get_count", queue="short", job_id="broken", doctype="No Such DocType")`,
  )

/**
 * One job that runs for `seconds` and, behind it, one of each kind that waits: queued, scheduled for later, dependent on another. An
 * administrator has suspended the workers (as `rq suspend` does), so they wait until {@link letWorkersGoOn}.
 */
export const enqueueAllKinds = (site: string, seconds: number): Promise<unknown> =>
  inFrappe(
    site,
    `${CONNECTION}
import time
redis.set("rq:suspended", "an administrator")
running = enqueue("frappe.utils.background_jobs.test_job", s=${seconds}, job_id="running")
for _ in range(100):
  if running.get_status() == "started": break
  time.sleep(0.1)
assert running.get_status() == "started", "no worker took the job"
queued = enqueue("frappe.utils.get_url", queue="long", job_id="queued")
arguments = lambda: {"site": site, "user": "Administrator", "method": "frappe.ping", "event": None, "job_name": "ping", "is_async": True, "kwargs": {}}
get_queue("long").enqueue_call(execute_job, kwargs=arguments(), depends_on=queued, job_id=create_job_id("deferred"))
get_queue("long").enqueue_in(timedelta(hours=1), execute_job, kwargs=arguments(), job_id=create_job_id("scheduled"))`,
  )

export const letWorkersGoOn = (site: string): Promise<unknown> =>
  inFrappe(
    site,
    `${CONNECTION}
if redis.get("rq:suspended") == b"an administrator": result = redis.delete("rq:suspended")`,
  )

/** Job → [status, the site named in its arguments, its return value or the last line of its traceback]. */
export async function jobsOf(site: string, names: string[]): Promise<Record<string, unknown>> {
  const code = `${CONNECTION}
result = {}
for name in json.loads(${JSON.stringify(JSON.stringify(names))}):
  try:
    job = Job.fetch(create_job_id(name), connection=redis)
    status = job.get_status()
    last = job.latest_result()
    told = None if last is None else last.return_value if last.exc_string is None else last.exc_string.strip().splitlines()[-1]
    result[name] = [getattr(status, "value", status), job.kwargs.get("site"), told]
  except NoSuchJobError:
    result[name] = None`
  return (await inFrappe(site, code)) as Record<string, unknown>
}

/** Waits until none of the jobs waits or runs any more. @throws Error after 30 seconds */
export async function jobsEnded(site: string, names: string[]): Promise<Record<string, unknown>> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(300)) {
    const found = await jobsOf(site, names)
    const statuses = Object.values(found).map((job) => (Array.isArray(job) ? String(job[0]) : 'none'))
    if (statuses.every((status) => ['finished', 'failed', 'none'].includes(status))) return found
  }
  throw new Error(`jobs of ${site} did not end: ${JSON.stringify(await jobsOf(site, names))}`)
}
