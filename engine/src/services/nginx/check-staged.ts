import { randomUUID } from 'node:crypto'
import type { Host } from '../../host/host.ts'
import { configDirectory } from './main-config.ts'
import type { NginxEdit, NginxFacts } from './nginx-facts.ts'
import { type StagedFile, stageFiles, tlsPaths } from './stage.ts'

export interface StagedCheck {
  ok: boolean
  /** nginx's own words, with the paths of the real files. */
  output: string
  /** The check could not be made at all: the caller decides. */
  problem: 'nginx-missing' | 'openssl-missing' | null
}

/**
 * Has nginx read the configuration as it would be after the edits, without privileges and without touching the real
 * files: the tree is copied below `directory` (made and removed again), with ports, logs, pid file and private keys
 * replaced by ones an ordinary user has. Throws the system's error when the copy cannot be written.
 */
export async function checkStaged(
  host: Host,
  facts: NginxFacts,
  edits: NginxEdit[],
  options: { directory: string },
): Promise<StagedCheck> {
  if (facts.program === null) return { ok: false, output: 'The nginx program was not found.', problem: 'nginx-missing' }
  const directory = `${options.directory}/${randomUUID()}`
  await host.makeDirectory(directory, 0o700)
  try {
    return await checkIn(directory, host, facts, facts.program, edits)
  } finally {
    await host.remove(directory, { recursive: true })
  }
}

async function checkIn(
  directory: string,
  host: Host,
  facts: NginxFacts,
  program: string,
  edits: NginxEdit[],
): Promise<StagedCheck> {
  const tls = await lookAtTls(host, tlsPaths(facts, edits))
  if (tls.present && !(await makePair(host, directory))) {
    return {
      ok: false,
      output: 'The openssl program, needed for a stand-in certificate, was not found.',
      problem: 'openssl-missing',
    }
  }
  const built = (await host.run({ argv: [program, '-V'], timeoutMilliseconds: 10_000 })).stderr
  const files = stageFiles(facts, edits, { directory, ...tls, built })
  const [main] = files
  if (!main) throw new Error('nginx facts hold no main configuration')
  for (const file of files) await host.writeFile(file.staged, encode(file, facts), { mode: 0o600 })
  await host.makeDirectory(`${directory}/cache`, 0o700)
  await linkBesides(host, configDirectory(facts.mainConfig), directory)
  const done = await host.run({
    argv: [
      ...([program, '-t', '-c', main.staged] as [string, ...string[]]),
      ...(facts.prefix === null ? [] : ['-p', facts.prefix]),
      ...(isAtLeast(facts.version, [1, 19, 5]) ? ['-e', 'stderr'] : []),
      ...['-g', `pid ${directory}/nginx.pid; lock_file ${directory}/nginx.lock;`],
    ],
    directory,
  })
  return { ok: done.exitCode === 0, output: withRealPaths(`${done.stdout}${done.stderr}`, files), problem: null }
}

/** Bytes of a file that is not UTF-8 go back as they came. */
const encode = (file: StagedFile, facts: NginxFacts): Buffer =>
  Buffer.from(file.text, facts.files.find(({ path }) => path === file.original)?.notUtf8 ? 'latin1' : 'utf8')

/** Which certificates, keys and parameter files are certainly missing, and which may be read. */
async function lookAtTls(host: Host, paths: string[]) {
  const missing = new Set<string>()
  const readable = new Set<string>()
  for (const path of paths) {
    try {
      await host.readFile(path)
      readable.add(path)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      if (error.code === 'ENOENT') missing.add(path)
    }
  }
  return { missing, readable, present: paths.length > missing.size }
}

/** A self-signed pair for the copy only. */
async function makePair(host: Host, directory: string): Promise<boolean> {
  const done = await host.run({
    argv: [
      ...(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as [
        string,
        ...string[],
      ]),
      ...['-nodes', '-days', '1', '-subj', '/CN=staged'],
      ...['-keyout', `${directory}/key.pem`, '-out', `${directory}/certificate.pem`],
    ],
    timeoutMilliseconds: 20_000,
  })
  return done.exitCode === 0
}

/** What the copy has of its own: a link in its place would lead nginx to the real one. */
const OWN = /^\d+\.conf$|^(key|certificate)\.pem$|^(cache|temporary)$|^nginx\.(pid|lock)$/

/** Whatever lies beside the main file stays reachable by relative paths (`dhparam.pem`, scripts, data of other modules). */
async function linkBesides(host: Host, from: string, directory: string): Promise<void> {
  const names = await host.list(from)
  const targets = names.filter((name) => !OWN.test(name))
  if (targets.length === 0) return
  await host.run({ argv: ['ln', '-s', '-t', directory, '--', ...targets.map((name) => `${from}/${name}`)] })
}

function isAtLeast(version: string | null, wanted: number[]): boolean {
  const parts = (version ?? '').split('.').map(Number)
  for (const [index, number] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== number) return part > number
  }
  return true
}

function withRealPaths(output: string, files: StagedFile[]): string {
  return files.reduce((text, file) => text.replaceAll(file.staged, file.original), output)
}
