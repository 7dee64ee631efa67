/** Jobs of a test bench, put and looked at by the bench's own Python and rq. */
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestBench } from './bench.ts'

export interface JobOptions {
  /** Dotted path; `frappe.utils.background_jobs.test_job` sleeps `s` seconds, `frappe.client.set_value` writes one field. */
  method: string
  kwargs?: Record<string, unknown>
  queue?: 'short' | 'default' | 'long'
  /** Without the site's prefix; a uuid when absent. */
  jobId?: string
}

export interface JobState {
  /** rq's words: queued, started, finished, failed, scheduled, deferred. null: no such job. */
  status: string | null
  /** The site named in the payload. */
  site: string | null
  /** The last line of the traceback of a failed job. */
  error: string | null
}

/** Enqueues as the framework does for this site; answers the full job id `<site>::<id>`. */
export async function enqueueJob(bench: TestBench, site: string, options: JobOptions): Promise<string> {
  const script = `
import json, sys, frappe
given = json.load(sys.stdin)
frappe.init(given["site"])
job = frappe.enqueue(given["method"], queue=given["queue"], job_id=given["jobId"], **given["kwargs"])
print(json.dumps(job.id))`
  const { method, kwargs = {}, queue = 'default', jobId = null } = options
  return String(await runPython(bench, script, { site, method, kwargs, queue, jobId }))
}

/** What Redis knows of the job now. */
export async function jobState(bench: TestBench, id: string): Promise<JobState> {
  const script = `
import json, sys
from frappe.utils.background_jobs import get_redis_conn
from rq.exceptions import NoSuchJobError
from rq.job import Job
try:
	job = Job.fetch(json.load(sys.stdin), connection=get_redis_conn())
	status = job.get_status()  # before the result: both are written at once, a job may end between two reads
	result = job.latest_result()
	error = result.exc_string.strip().splitlines()[-1] if result and result.exc_string else None
	print(json.dumps({"status": status, "site": job.kwargs.get("site"), "error": error}))
except NoSuchJobError:
	print(json.dumps({"status": None, "site": None, "error": None}))`
  return (await runPython(bench, script, id)) as JobState
}

/** Waits until the job is finished or failed. @throws Error after 15 seconds */
export async function jobEnd(bench: TestBench, id: string): Promise<JobState> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await delay(100)) {
    const state = await jobState(bench, id)
    if (state.status === 'finished' || state.status === 'failed') return state
  }
  throw new Error(`job ${id} did not end`)
}

async function runPython(bench: TestBench, script: string, input: unknown): Promise<unknown> {
  const account = bench.owner ? { uid: bench.owner.uid, gid: bench.owner.gid } : {}
  const running = promisify(execFile)(bench.python, ['-c', script], { cwd: bench.sitesDirectory, ...account })
  running.child.stdin?.end(JSON.stringify(input))
  return JSON.parse((await running).stdout)
}
