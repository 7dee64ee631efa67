/** Background jobs in every state a rename meets, and the whole queue as it looks in Redis. */
import type { Stage } from './stage.ts'

/**
 * `first` waits in `default`, `after-first` depends on it, `waits` waits in `long`, `tomorrow` is scheduled, `broken` has failed;
 * one job belongs to another site.
 */
export async function fillQueue(stage: Stage, site: string): Promise<void> {
  const script = `
import json, sys, datetime, frappe
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from frappe.utils import get_bench_id
from frappe.utils.background_jobs import get_redis_conn, execute_job
site = json.load(sys.stdin)
connection = get_redis_conn()
queue = lambda name: Queue(f"{get_bench_id()}:{name}", connection=connection)
payload = lambda name: {"site": name, "user": "Administrator", "method": "frappe.utils.background_jobs.test_job", "event": None, "job_name": "test", "is_async": True, "kwargs": {"s": 0}}
first = queue("default").enqueue_call(execute_job, kwargs=payload(site), job_id=f"{site}::first")
queue("default").enqueue_call(execute_job, kwargs=payload(site), job_id=f"{site}::after-first", depends_on=first)
queue("long").enqueue_call(execute_job, kwargs=payload(site), job_id=f"{site}::waits")
queue("long").enqueue_call(execute_job, kwargs=payload("other.test"), job_id="other.test::waits")
queue("default").enqueue_in(datetime.timedelta(days=1), execute_job, kwargs=payload(site), job_id=f"{site}::tomorrow")
broken = Job.create(execute_job, kwargs=payload(site), id=f"{site}::broken", origin=queue("default").name, connection=connection, status="failed")
broken.save()
FailedJobRegistry(queue=queue("default")).add(broken, ttl=604800, exc_string="Traceback: broken")
print("null")`
  await stage.python(script, site)
}

export interface QueueState {
  /** Job id → where it stands (queue or registry with its score), its status, the site of its payload. */
  [job: string]: { places: string[]; status: string; site: string; description: string }
}

export async function queueState(stage: Stage): Promise<QueueState> {
  const script = `
import json, pickle, zlib
from frappe.utils.background_jobs import get_redis_conn
connection = get_redis_conn()
found = {}
keys = sorted(key.decode() for key in connection.scan_iter("rq:*"))
for key in keys:
	if key.startswith("rq:job:") and connection.type(key) == b"hash":
		fields = connection.hgetall(key)
		payload = pickle.loads(zlib.decompress(fields[b"data"]))
		site = payload[3]["site"]
		found[key[7:]] = {"places": [], "status": fields[b"status"].decode(), "site": site, "description": fields[b"description"].decode()}
for key in keys:
	kind = connection.type(key)
	if kind == b"list" and key.startswith("rq:queue:"):
		for at, job in enumerate(connection.lrange(key, 0, -1)):
			found[job.decode()]["places"].append(f"{key} {at}")
	elif kind == b"zset" and not key.startswith("rq:finished"):
		for job, score in connection.zrange(key, 0, -1, withscores=True):
			found[job.decode()]["places"].append(f"{key} {score}")
print(json.dumps(found))`
  return (await stage.python(script)) as QueueState
}
