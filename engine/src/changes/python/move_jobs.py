"""Moves the background jobs of one Frappe site to another site name inside the bench's Redis queue.

Runs with the bench's own Python: a job's arguments are a pickle that may hold objects of Frappe or of an app.
Reads one JSON object from standard input: {"redis", "bench_id", "old", "new", "wait", "pause"}; `redis` may carry a password and
therefore comes neither as an argument nor in the environment. `wait`: seconds to wait for running jobs. `pause`: leave the workers
of the bench paused (rq:suspended, which ends by itself after a minute), because the site's directory moves next; false: end a
pause of ours. `only_wait`: wait and leave everything as it is. Prints one JSON object:
{"moved": [{"id", "new", "status", "method"}], "running": [...], "left": [{"id", "why"}], "requeued": [...]}.
`since` (ISO time, UTC): jobs of the site that failed from then on because its directory was not there under their name wait again.

Keys are renamed rather than saved anew: that keeps the place in the queue, the time to live and the results, and each job is whole
under one of its two names at any moment (one MULTI a job). Layout as in rq 1.10 to 2.x: rq:queue:<queue> is a list of ids;
rq:{deferred,scheduled,failed,finished,canceled}:<queue> are sorted sets; rq:wip:<queue> holds what runs until a time
(rq 2: `<id>:<execution>`); rq:job:<id> is a hash whose `data` is zlib(pickle((function, instance, args, kwargs))).
Frappe 15 begins ids with `<site>::`, Frappe 16 with `<site>||`; Frappe 14 also has bare ones, whose id stays.
"""

import datetime
import json
import pickle
import sys
import time
import zlib

import redis

SEPARATORS = ("::", "||")
REGISTRIES = ("deferred", "scheduled", "failed", "finished", "canceled")
PATIENCE = 20
# Seconds the whole bench's workers may stand still for a job of this site that runs.
STANDSTILL = 5
# As engine/src/services/queue-suspension.ts has it.
SUSPENDED, OURS, SECONDS = "rq:suspended", "frappe-migrator", 300


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def belongs(identity, site):
    return any(identity.startswith(site + separator) for separator in SEPARATORS)


def unpack(data):
    try:
        return pickle.loads(zlib.decompress(data)), True
    except zlib.error:
        return pickle.loads(data), False


def queues(connection, bench_id):
    prefix = f"rq:queue:{bench_id}:"
    return sorted(key[len("rq:queue:") :] for key in map(text, connection.smembers("rq:queues")) if key.startswith(prefix))


def running_ids(connection, bench_id):
    """Ids of jobs that a living worker holds. A score in the past is what a dead worker left behind (-1 never expires)."""
    found = set()
    for queue in queues(connection, bench_id):
        for member, until in connection.zrange(f"rq:wip:{queue}", 0, -1, withscores=True):
            if until != -1 and until < time.time():
                continue
            identity = text(member)
            found.add(identity if connection.exists(f"rq:job:{identity}") else identity.rsplit(":", 1)[0])
    return found


def read_job(connection, identity, site):
    """The job's (fields, payload, compressed) when it belongs to the site, else None. Raises ValueError when it cannot be read."""
    fields = connection.hgetall(f"rq:job:{identity}")
    if not fields or b"data" not in fields:
        return None
    named = belongs(identity, site) or f"site={site!r}" in text(fields.get(b"description", b""))
    try:
        payload, compressed = unpack(fields[b"data"])
    except Exception as failure:  # whatever an unknown pickle may raise
        if named:
            raise ValueError(f"its arguments cannot be read: {failure!r}") from failure
        return None
    kwargs = payload[3]
    if not isinstance(kwargs, dict) or kwargs.get("site") != site:
        return None
    return fields, payload, compressed


def job_places(connection, bench_id):
    """Job id -> [(key, kind)] over every list and sorted set of this bench's queues."""
    places = {}
    for queue in queues(connection, bench_id):
        for identity in map(text, connection.lrange(f"rq:queue:{queue}", 0, -1)):
            places.setdefault(identity, []).append((f"rq:queue:{queue}", "list"))
        for registry in REGISTRIES:
            key = f"rq:{registry}:{queue}"
            for identity in map(text, connection.zrange(key, 0, -1)):
                places.setdefault(identity, []).append((key, "zset"))
    return places


def new_id(identity, old, new):
    return f"{new}{identity[len(old):]}" if belongs(identity, old) else identity


def move(connection, identity, places, old, new):
    """Moves one job in one transaction; returns its description or None when it is no longer this site's waiting job."""
    for _ in range(PATIENCE):
        try:
            with connection.pipeline(transaction=True) as transaction:
                transaction.watch(f"rq:job:{identity}", *(place for place, _ in places))
                job = read_job(transaction, identity, old)
                if job is None:
                    return None
                return write(transaction, identity, places, job, old, new)
        except redis.WatchError:
            continue
    raise ValueError("the queue is too busy to move it")


def write(transaction, identity, places, job, old, new):
    fields, payload, compressed = job
    target = new_id(identity, old, new)
    key = f"rq:job:{target}"
    if target != identity and transaction.exists(key):
        raise ValueError(f"a job {target} exists already")
    held = []
    for place, kind in places:
        if kind == "list":
            if text(identity).encode() in transaction.lrange(place, 0, -1):
                held.append((place, kind, None))
        else:
            score = transaction.zscore(place, identity)
            if score is not None:
                held.append((place, kind, score))
    if not held:
        return None
    related = (f"rq:job:{identity}:dependents", f"rq:job::{identity}:dependencies", f"rq:results:{identity}")
    present = [name for name in related if target != identity and transaction.exists(name)]
    method = payload[3].get("job_name") or payload[3].get("method") or payload[0]
    data = pickle.dumps((*payload[:3], {**payload[3], "site": new}), protocol=pickle.HIGHEST_PROTOCOL)
    transaction.multi()
    if target != identity:
        transaction.rename(f"rq:job:{identity}", key)
        for name in present:
            transaction.rename(name, name.replace(identity, target, 1))
        for place, kind, score in held:
            if kind == "list":
                transaction.linsert(place, "BEFORE", identity, target)
                transaction.lrem(place, 0, identity)
            else:
                transaction.zadd(place, {target: score})
                transaction.zrem(place, identity)
    transaction.hset(key, "data", zlib.compress(data) if compressed else data)
    description = text(fields.get(b"description", b""))
    transaction.hset(key, "description", description.replace(f"site={old!r}", f"site={new!r}"))
    if b"dependency_ids" in fields:
        ids = [new_id(dependency, old, new) for dependency in json.loads(fields[b"dependency_ids"])]
        transaction.hset(key, "dependency_ids", json.dumps(ids))
    if b"dependency_id" in fields:
        transaction.hset(key, "dependency_id", new_id(text(fields[b"dependency_id"]), old, new))
    transaction.execute()
    return {"id": identity, "new": target, "status": text(fields.get(b"status", b"")), "method": str(method)}


def rename_relations(connection, moved, old, new):
    """Ids inside the relation sets of moved jobs: Frappe itself never uses depends_on, an app may."""
    for job in moved:
        for name in (f"rq:job:{job['new']}:dependents", f"rq:job::{job['new']}:dependencies"):
            for member in map(text, connection.smembers(name)):
                if new_id(member, old, new) != member:
                    connection.pipeline().sadd(name, new_id(member, old, new)).srem(name, member).execute()


def running_of(connection, bench_id, site):
    found = []
    for identity in sorted(running_ids(connection, bench_id)):
        try:
            if read_job(connection, identity, site):
                found.append(identity)
        except ValueError:
            found.append(identity)
    return found


def wait_for_running(connection, bench_id, site, until):
    while (running := running_of(connection, bench_id, site)) and time.time() < until:
        time.sleep(0.05)
    return running


def pause_when_none_runs(connection, bench_id, site, seconds):
    """Short jobs may come without end, so the workers pause first; for a long one they go on, and it is waited for."""
    until = time.time() + seconds
    while True:
        begin_pause(connection)
        if not (running := wait_for_running(connection, bench_id, site, min(until, time.time() + STANDSTILL))):
            return []
        end_pause(connection)
        if time.time() >= until or (running := wait_for_running(connection, bench_id, site, until)):
            return running


def begin_pause(connection):
    """A pause of ours that goes on begins anew; one that an administrator made stays theirs."""
    if not connection.set(SUSPENDED, OURS, ex=SECONDS, nx=True) and text(connection.get(SUSPENDED)) == OURS:
        connection.expire(SUSPENDED, SECONDS)


def end_pause(connection):
    if text(connection.get(SUSPENDED)) == OURS:
        connection.delete(SUSPENDED)


def failed_for_its_place(job, since):
    ended = job.ended_at
    if ended is None:
        return False
    aware = ended if ended.tzinfo else ended.replace(tzinfo=datetime.timezone.utc)
    return aware >= since and "IncorrectSitePath" in (job.exc_info or "")


def requeue_failed(connection, bench_id, site, since, left):
    """What a worker took while the jobs had one name and the directory the other: each such job waits again."""
    from rq import Queue
    from rq.job import Job
    from rq.registry import FailedJobRegistry

    requeued = []
    for name in queues(connection, bench_id):
        registry = FailedJobRegistry(queue=Queue(name, connection=connection))
        for identity in map(text, connection.zrange(f"rq:failed:{name}", 0, -1)):
            try:
                if read_job(connection, identity, site) is None:
                    continue
                job = Job.fetch(identity, connection=connection)
                if failed_for_its_place(job, since):
                    registry.requeue(job)
                    requeued.append(identity)
            except Exception as failure:  # whatever rq or an unknown pickle may raise: the job stays failed, and is listed
                left.append({"id": identity, "why": f"failed meanwhile and not queued again: {failure!r}"})
    return requeued


def main():
    wanted = json.load(sys.stdin)
    connection = redis.from_url(wanted["redis"])
    bench_id, old, new = wanted["bench_id"], wanted["old"], wanted["new"]
    moved, left, requeued = [], [], []
    if wanted.get("only_wait"):
        running = wait_for_running(connection, bench_id, old, time.time() + wanted["wait"])
        print(json.dumps({"moved": [], "running": running, "left": [], "requeued": []}))
        return
    running = pause_when_none_runs(connection, bench_id, old, wanted["wait"])
    if not running or not wanted["pause"]:
        busy = running_ids(connection, bench_id)
        for identity, places in job_places(connection, bench_id).items():
            if identity in busy:
                continue
            try:
                done = move(connection, identity, places, old, new)
            except ValueError as failure:
                left.append({"id": identity, "why": str(failure)})
                continue
            if done:
                moved.append(done)
        rename_relations(connection, moved, old, new)
        requeued = requeue_failed(connection, bench_id, new, datetime.datetime.fromisoformat(wanted["since"]), left)
    if not wanted["pause"]:
        end_pause(connection)
    print(json.dumps({"moved": moved, "running": running, "left": left, "requeued": requeued}))


main()
