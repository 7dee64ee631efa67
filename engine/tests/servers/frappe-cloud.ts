/**
 * Frappe Cloud for tests: answers as press defines it (github.com/frappe/press), each behaviour with the file it was read in. Nothing
 * here was compared with the live service.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface CloudBackupFile {
  name: string
  content: Buffer
  /** What the list says of its size, when it is not the truth. */
  toldBytes?: number
}
export type CloudParts = Partial<Record<'database' | 'public' | 'private' | 'config', CloudBackupFile>>

export interface StoredBackup {
  id: string
  creation: string
  offsite: boolean
  files: CloudParts
}

interface Job {
  name: string
  job_type: string
  status: string
}

export interface FrappeCloud {
  address: string
  key: string
  secret: string
  site: string
  backups: StoredBackup[]
  /** Every request: `POST press.api.site.backups`, `GET /store/… bytes=100-`. */
  asked: string[]
  /** Answers given instead, one each request to the interface, until they are used up. */
  failures: { status: number; body: string; headers?: Record<string, string> }[]
  /** Ends the connections of the next downloads, each after so many bytes of content. */
  cuts: number[]
  /** Links given from now on are over at once, so many times (Press Settings: remote_link_expiry). */
  expiredLinks: number
  /** What the next `backup` makes, and the states its job goes through, one each look. */
  next: { files: CloudParts; states: string[] }
  /** The team the site belongs to answers alone to this header (press/utils get_current_team). */
  team: string | null
  stop(): Promise<void>
}

const KEY = 'a1b2c3d4e5f6a7b'

export async function startFrappeCloud(site: string, backups: StoredBackup[]): Promise<FrappeCloud> {
  const secret = `secret${randomBytes(6).toString('hex')}`
  const links = new Map<string, { content: Buffer; expired: boolean; cookie: string | null }>()
  const jobs: Job[] = []
  const pending: StoredBackup[] = []
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('no port')
  const host = `127.0.0.1:${listening.port}`
  const cloud: FrappeCloud = {
    ...{ address: `http://${host}`, key: KEY, secret, site, backups, asked: [], failures: [], team: null },
    ...{ cuts: [], expiredLinks: 0, next: { files: {}, states: ['Success'] } },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', cloud.address).pathname
    if (request.method === 'GET') {
      send(request, response, path)
      return
    }
    const method = path.replace('/api/method/', '')
    cloud.asked.push(`POST ${method}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const failure = cloud.failures.shift()
    if (failure) {
      response.writeHead(failure.status, failure.headers).end(failure.body)
      return
    }
    // frappe/auth.py validate_auth: a pair that is not known ends the request with AuthenticationError.
    if (request.headers.authorization !== `token ${KEY}:${secret}`) {
      refuse(response, 401, 'AuthenticationError')
      return
    }
    const ofTeam = cloud.team === null || request.headers['x-press-team'] === cloud.team
    call(response, method, JSON.parse(Buffer.concat(chunks).toString()), ofTeam)
  }

  function call(
    response: ServerResponse,
    method: string,
    given: Record<string, unknown>,
    ofTeam: boolean,
  ): ServerResponse {
    const message = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ message: value }))
    // press/api/site.py all: the sites of the current team.
    if (method === 'press.api.site.all')
      return message(ofTeam ? [{ name: site, host_name: host, status: 'Active', team: 't' }] : [])
    // press/api/site.py protected: a site of another team, and one that is not there, are Not Permitted alike.
    const filters = given['filters'] as { site?: string } | undefined
    if (!ofTeam || (given['name'] ?? filters?.site) !== site)
      return refuse(response, 403, 'PermissionError', 'Not Permitted')
    if (method === 'press.api.site.backups') return message(cloud.backups.map(listed))
    // press/api/site.py jobs: newest first; what was not delivered yet counts as Pending.
    if (method === 'press.api.site.jobs') {
      for (const job of jobs) advance(job)
      return message(jobs.toReversed())
    }
    // press/api/site.py backup answers nothing; site_backup.py before_insert refuses a second one beside it (417).
    if (method === 'press.api.site.backup') {
      if (jobs.some(({ status }) => status !== 'Success' && status !== 'Failure'))
        return refuse(response, 417, 'SiteTooManyPendingBackups', 'Too many pending backups')
      const id = `b-new-${jobs.length + 1}`
      jobs.push({ name: `job-${jobs.length + 1}`, job_type: 'Backup Site', status: 'Pending' })
      pending.push({ id, creation: '2026-11-25 03:00:00.000000', offsite: false, files: cloud.next.files })
      return message(null)
    }
    // press/api/site.py get_backup_link: a signed link of the store; without a file of that backup there, DoesNotExistError.
    if (method === 'press.api.site.get_backup_link') {
      const backup = cloud.backups.find(({ id }) => id === given['backup'])
      const file = backup?.offsite === true ? backup.files[given['file'] as keyof CloudParts] : undefined
      if (!file) return refuse(response, 404, 'DoesNotExistError', 'Remote File None not found')
      const expired = cloud.expiredLinks > 0
      if (expired) cloud.expiredLinks -= 1
      const path = `/store/${randomBytes(8).toString('hex')}/${file.name.split('/').at(-1)}`
      links.set(path, { content: file.content, expired, cookie: null })
      return message(`${cloud.address}${path}?X-Amz-Expires=3600&X-Amz-Signature=${randomBytes(16).toString('hex')}`)
    }
    // press/api/site.py login: a session of the site's Administrator.
    if (method === 'press.api.site.login') {
      const sid = randomBytes(20).toString('hex')
      for (const { files } of cloud.backups)
        for (const file of Object.values(files))
          links.set(`/backups/${file.name}`, { content: file.content, expired: false, cookie: `sid=${sid}` })
      return message({ sid, site })
    }
    return refuse(response, 404, 'DoesNotExistError')
  }

  /** site_backup.py process_backup_site_job_update: the backup is listed once its job has succeeded. */
  function advance(job: Job): void {
    if (job.status === 'Success' || job.status === 'Failure') return
    job.status = cloud.next.states.shift() ?? 'Success'
    const made = job.status === 'Success' ? pending.shift() : undefined
    if (made) cloud.backups.unshift(made)
  }

  /** The store (S3: ranges, entity tags, 403 for a link whose time is over), and `/backups/` of the site behind its session. */
  function send(request: IncomingMessage, response: ServerResponse, path: string): void {
    const { range, 'if-range': condition, cookie } = request.headers
    cloud.asked.push(`GET ${path.replace(/^\/store\/\w+/, '/store')}${range === undefined ? '' : ` ${range}`}`)
    const link = links.get(path)
    if (link === undefined || link.expired || (link.cookie !== null && cookie !== link.cookie)) {
      response.writeHead(403, { 'content-type': 'application/xml' })
      response.end('<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>')
      return
    }
    const etag = `"${createHash('md5').update(link.content).digest('hex')}"`
    const from = range !== undefined && condition === etag ? Number(/\d+/.exec(range)?.[0]) : 0
    const rest = link.content.subarray(from)
    const total = link.content.length
    const partial = { 'content-range': `bytes ${from}-${total - 1}/${total}` }
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.length, ...(from > 0 ? partial : {}) })
    const cut = cloud.cuts.shift()
    if (cut !== undefined) {
      response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 50))
    } else response.end(rest)
  }

  /** As press/api/site.py backups gives them: sizes as text, a link where the file lies on the server, a Remote File where it lies in the store. */
  function listed({ id, creation, offsite, files }: StoredBackup): Record<string, unknown> {
    const row: Record<string, unknown> = {
      name: id,
      creation,
      status: 'Success',
      offsite: Number(offsite),
      with_files: 1,
    }
    for (const part of ['database', 'public', 'private', 'config'] as const) {
      const file = files[part]
      const own = part === 'config' ? 'config_file' : part
      row[`${part}_file`] = file?.name ?? null
      row[`${own}_size`] = file ? String(file.toldBytes ?? file.content.length) : null
      row[`${own}_url`] = file ? `http://${site}/backups/${file.name}` : null
      row[`remote_${part}_file`] = file && offsite ? `rf-${file.name}` : null
    }
    return row
  }
  return cloud
}

/** frappe/utils/response.py: the exception's name, and messages as JSON in JSON. */
function refuse(response: ServerResponse, status: number, type: string, message?: string): ServerResponse {
  const messages = message === undefined ? {} : { _server_messages: JSON.stringify([JSON.stringify({ message })]) }
  response.writeHead(status, { 'content-type': 'application/json' })
  return response.end(JSON.stringify({ exc_type: type, ...messages }))
}
