/** People and programs that go on working on a site while it is renamed. Each remembers what was acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { createConnection } from 'mariadb'
import type { Stage } from './stage.ts'

export interface Writer {
  /** Row → the value that was acknowledged last. */
  acknowledged: Map<string, string>
  /** Acknowledged writes that named the old host. */
  namedOld: number
  stop(): Promise<void>
}

interface Names {
  source: string
  target: string
  /** Whether visitors are sent to the new name already. */
  moved: () => boolean
}

/** An integration with the site's own database user: inserts rows and edits rows that the rename rewrites. */
export async function sqlWriter(stage: Stage, label: string, rows: string[], names: Names): Promise<Writer> {
  const { host, port } = stage.mariadb
  const connection = await createConnection({ host, port, ...stage.site.database })
  const writer = loop(
    async (turn) => {
      const name = names.moved() ? names.target : names.source
      const value = `<p>https://${name}/${label}/${turn}</p>`
      const row = turn % 3 === 0 ? rows[turn % rows.length] : undefined
      if (row !== undefined) {
        await connection.query('UPDATE `tabACME Link` SET body = ? WHERE name = ?', [value, row])
        return { row, value, old: name === names.source }
      }
      const born = `${label}-${turn}`
      await connection.query('INSERT INTO `tabACME Link` (name, url, body) VALUES (?, ?, ?)', [born, '', value])
      return { row: born, value, old: name === names.source }
    },
    10,
    () => connection.end(),
  )
  return writer
}

/** A person at the desk: follows the redirect, waits through maintenance, saves links as the address bar has them. */
export function deskWriter(stage: Stage, row: string, cookie: string, names: Names): Writer {
  let name = names.source
  return loop(async (turn) => {
    const value = `<p>https://${name}/desk/${turn}</p>`
    const answer = await stage.visit(name, `/api/resource/ACME%20Link/${row}`, {
      method: 'PUT',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ body: value }),
    })
    if (answer.status === 307) name = names.target
    return answer.status === 200 ? { row, value, old: name === names.source } : null
  }, 10)
}

interface Write {
  row: string
  value: string
  old: boolean
}

function loop(write: (turn: number) => Promise<Write | null>, pause: number, end = async () => {}): Writer {
  const acknowledged = new Map<string, string>()
  let going = true
  const writer: Writer = {
    acknowledged,
    namedOld: 0,
    stop: async () => {
      going = false
      await work
      await end()
    },
  }
  const work = (async () => {
    for (let turn = 1; going; turn += 1) {
      const done = await write(turn)
      if (done) acknowledged.set(done.row, done.value)
      if (done?.old) writer.namedOld += 1
      await delay(pause)
    }
  })()
  return writer
}

/**
 * A process of the site that goes on enqueueing, as a request that began before maintenance does: by the old directory's name until
 * that directory is gone. Stops when the file `flag` appears; `ended` answers the ids (without the site).
 */
export function enqueuer(stage: Stage, source: string, target: string, flag: string): { ended: Promise<string[]> } {
  const script = `
import json, os, sys, time, frappe
from frappe.utils.background_jobs import enqueue
source, target, flag = sys.argv[1:]
put = []
while not os.path.exists(flag):
	site = source if os.path.exists(source) else target
	try:
		frappe.init(site)
		enqueue("frappe.utils.background_jobs.test_job", queue="short", job_id=f"late-{len(put)}", s=0)
		put.append(f"late-{len(put)}")
		time.sleep(0.02 if b"maintenance_mode" in open(f"{site}/site_config.json", "rb").read() else 0.3)
	except FileNotFoundError:  # the directory was renamed since it was looked for
		pass
print(json.dumps(put))`
  const child: ChildProcess = spawn(stage.bench.python, ['-c', script, source, target, flag], {
    cwd: stage.bench.sitesDirectory,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return { ended: new Promise((resolve) => child.once('close', () => resolve(JSON.parse(text)))) }
}
