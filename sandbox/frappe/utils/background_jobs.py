"""RQ jobs (queue `<bench id>:<queue>`, id `<site>::<uuid>`, payload with the site), worker and scheduler."""

import time
from uuid import uuid4

import frappe
from frappe.utils import get_bench_id, get_sites

INACTIVE = ("maintenance_mode", "pause_scheduler", "disable_scheduler")
ENABLED = "SELECT `value` FROM `tabSingles` WHERE `doctype`='System Settings' AND `field`='enable_scheduler'"


def get_redis_conn():
    import redis

    return redis.Redis.from_url(frappe.get_conf()["redis_queue"])


def enqueue(method, queue="default", job_id=None, timeout=300, **kwargs):
    from rq import Queue

    site = frappe.local.site
    payload = {"site": site, "user": "Administrator", "method": method, "event": None, "job_name": method}
    payload |= {"is_async": True, "kwargs": kwargs}
    kept = {"timeout": timeout, "failure_ttl": 604800, "result_ttl": 600}
    target = Queue(f"{get_bench_id()}:{queue}", connection=get_redis_conn())
    return target.enqueue_call(execute_job, kwargs=payload, job_id=f"{site}::{job_id or uuid4()}", **kept)


def execute_job(site, method, event, job_name, kwargs, user=None, is_async=True):
    frappe.init(site)
    frappe.connect()
    try:
        return frappe.get_attr(method)(**kwargs)
    finally:
        frappe.destroy()


def test_job(s):
    time.sleep(s)


def start_worker(queue="short,default,long"):
    from rq import Worker

    Worker([f"{get_bench_id()}:{name}" for name in queue.split(",")], connection=get_redis_conn()).work()


def start_scheduler():
    """Every tick, each site directory that is not switched off: a left-over directory doubles every job."""
    while True:
        time.sleep(float(frappe.get_conf().get("scheduler_tick_interval") or 60))
        for site in get_sites():
            try:
                frappe.init(site)
                frappe.connect()
                switched_off = any(frappe.local.conf.get(key) for key in INACTIVE)
                if not switched_off and frappe.local.db.get_value(ENABLED) == "1":
                    enqueue("frappe.utils.background_jobs.test_job", queue="short", s=0)
                    print(f"Queued events for site {site}", flush=True)
            except Exception as error:  # one site's trouble must not stop the others
                print(f"Failed to enqueue events for site {site}: {error}", flush=True)
            finally:
                frappe.destroy()
