import { statfs } from 'node:fs/promises'
import { hostname, networkInterfaces, userInfo } from 'node:os'
import { dirname } from 'node:path'
import type { Host } from '../host.ts'
import { endProcess } from './child.ts'
import * as files from './files.ts'
import { notWritten } from './not-written.ts'
import { open } from './open.ts'
import { readAnyway, removePrivileged, settleUnfinishedPrivileged, writeFilePrivileged } from './privileged.ts'
import { askPrivileged, hasPrivilegedChannel } from './privileged-channel.ts'
import { onlyCertificates } from './privileged-reads.ts'
import { isHiddenProcess, listeners, processes, processIdentity } from './processes.ts'
import { request } from './request.ts'
import { run } from './run.ts'

/** This machine. Files are written as the current user; `privileged` ones through `sudo -n` when that is not root. */
export function localHost(): Host {
  const user = userInfo()
  const isRoot = user.uid === 0
  return {
    name: 'local',
    userId: user.uid,
    userName: user.username,
    status: files.status,
    readFile: async (path, options = {}) =>
      options.privileged && !isRoot
        ? Buffer.from(
            await readAnyway({ kind: 'read', path }, async () => (await files.readWholeFile(path)).toString('base64')),
            'base64',
          )
        : files.readWholeFile(path),
    list: async (path, options = {}) =>
      options.privileged && !isRoot
        ? (await readAnyway({ kind: 'list', path }, async () => (await files.readNames(path)).join('\n')))
            .split('\n')
            .filter((name) => name !== '')
            .sort()
        : files.readNames(path),
    readCertificates: async (path) => {
      const text = await readAnyway({ kind: 'certificates', path }, async () =>
        (await files.readWholeFile(path)).toString('latin1'),
      )
      return onlyCertificates(text)
    },
    readLink: files.readLinkTarget,
    realPath: files.resolvePath,
    writeFile: (path, content, options = {}) =>
      options.privileged && !isRoot
        ? writeFilePrivileged(path, content, options.mode)
        : files.writeFileAtomic(path, content, options.mode).catch((cause: unknown) => {
            throw notWritten(path, cause)
          }),
    settleUnfinished: (path, options = {}) =>
      options.privileged && !isRoot ? settleUnfinishedPrivileged(path) : files.settleUnfinished(path),
    makeDirectory: files.makeDirectory,
    writeLink: files.writeLinkDurably,
    rename: files.renameDurably,
    remove: (path, options = {}) =>
      options.privileged && !isRoot ? removePrivileged(path) : files.removeDurably(path, options.recursive ?? false),
    run: (command) =>
      command.privileged && !isRoot && hasPrivilegedChannel()
        ? askPrivileged({ kind: 'run', argv: command.argv })
        : run(command),
    addresses: () => [
      ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
      hostname(),
    ],
    freeBytes: async (path) => {
      const found = await statfs((await files.status(path)) ? path : dirname(path))
      return found.bavail * found.bsize
    },
    freeInodes: async (path) => (await statfs((await files.status(path)) ? path : dirname(path))).ffree,
    processes,
    processIdentity,
    isHiddenProcess,
    listeners,
    request,
    privilege: async () => {
      if (isRoot || hasPrivilegedChannel()) return 'root'
      const probe = await run({ argv: ['sudo', '-n', 'true'], timeoutMilliseconds: 5000 })
      return probe.exitCode === 0 ? 'sudo' : 'none'
    },
    reach: async (endpoint) => endpoint,
    open,
    endProcess,
    close: async () => undefined,
  }
}
