import type { Finding } from '../../../bench/finding.ts'
import { shellWord } from '../../../host/shell-word.ts'
import { mayBeRoot, type Repair, type RepairLook, type RepairPlan, siteOf } from '../repair.ts'

interface Wanted {
  path: string
  mode?: number
  owner?: { userId: number; groupId: number }
}

/** More than this is for `chown -R` by somebody who has looked first. */
const MOST = 2000

/** null where the rights for it are missing: then somebody is told what to type as root. */
async function give(
  look: RepairLook,
  files: Wanted[],
  purpose: string,
  commands: string[],
): Promise<RepairPlan | null> {
  const { host } = look
  const statuses = await Promise.all(files.map(({ path }) => host.status(path)))
  const foreign = files.some(({ owner }, at) => owner !== undefined || statuses[at]?.userId !== host.userId)
  const privileged = host.userId !== 0 && foreign
  if (files.length === 0 || files.length > MOST || (privileged && !(await mayBeRoot(look)))) return null
  return {
    steps: [{ kind: 'set-access', params: { files: files.map((file) => ({ ...file })), privileged, purpose } }],
    commands,
  }
}

/** Files and directories below a path that match; links are left out. */
async function below({ host }: RepairLook, path: string, test: string[]): Promise<string[]> {
  const done = await host.run({ argv: ['find', path, '-xdev', '!', '-type', 'l', ...test, '-print0'] })
  return done.stdout.split('\0').filter((one) => one !== '')
}

async function ownFiles(look: RepairLook, finding: Finding): Promise<RepairPlan | null> {
  const { facts } = look
  const site = siteOf(facts, finding)
  const owner = { userId: facts.ownerId, groupId: facts.ownerGroupId }
  const others = ['!', '-uid', String(facts.ownerId)]
  const paths =
    finding.id === 'config-owner-differs'
      ? [finding.subject]
      : finding.id === 'files-of-other-owner'
        ? [
            ...(await below(look, facts.path, ['-maxdepth', '2', ...others])),
            ...(await below(look, `${facts.path}/config`, others)),
          ]
        : site === undefined
          ? []
          : await below(look, site.path, others)
  const files = [...new Set(paths)].map((path) => ({ path, owner }))
  const purpose = `Give what belongs to another user to ${facts.ownerName}`
  return give(
    look,
    files,
    purpose,
    files.slice(0, 5).map(({ path }) => `sudo chown -h ${facts.ownerName}: ${shellWord(path)}`),
  )
}

async function opened(look: RepairLook, finding: Finding): Promise<RepairPlan | null> {
  const { facts, host } = look
  const modeOf = async (path: string): Promise<number> => (await host.status(path))?.mode ?? 0
  const adding = async (paths: string[], bits: (mode: number, isDirectory: boolean) => number): Promise<Wanted[]> =>
    Promise.all(
      paths.map(async (path) => ({
        path,
        mode: bits(await modeOf(path), (await host.status(path))?.kind === 'directory') & ~0o002,
      })),
    )
  const site = siteOf(facts, finding)
  const inEvidence = /^(\/\S+?): mode /.exec(finding.evidence)?.[1]
  const plan = async (
    paths: string[],
    bits: (mode: number, isDirectory: boolean) => number,
    words: string,
    what: string,
  ) => {
    const real = await Promise.all(paths.map((path) => host.realPath(path)))
    const files = await adding(real, bits)
    return give(
      look,
      files,
      what,
      real.slice(0, 5).map((path) => `chmod ${words} ${shellWord(path)}`),
    )
  }
  const ownerBits = (mode: number, isDirectory: boolean) => mode | (isDirectory ? 0o700 : 0o600)
  const othersBits = (mode: number, isDirectory: boolean) => mode | (isDirectory ? 0o005 : 0o004)
  switch (finding.id) {
    case 'path-closed-to-web-server':
      return plan([finding.subject], (mode) => mode | 0o001, 'o+x', "Let nginx's user pass through, not list")
    case 'assets-unreadable': {
      const closed = await below(look, `${facts.path}/sites/assets`, ['-follow', '!', '-perm', '-004'])
      return plan(closed, othersBits, 'o+rX', "Let nginx's user read the assets")
    }
    case 'private-files-unreadable': {
      const closed = site === undefined ? [] : await below(look, `${site.path}/private`, ['!', '-perm', '-400'])
      return plan(closed, ownerBits, 'u+rwX', 'Let the owner of the bench read private files')
    }
    case 'config-world-readable':
      return plan([finding.subject], (mode) => mode & 0o770, 'o-rwx', 'Close the configuration to other users')
    case 'log-not-writable':
      return plan([finding.subject], ownerBits, 'u+rw', 'Let the owner of the bench write its log')
    case 'files-unwritable':
      return inEvidence === undefined
        ? null
        : plan([inEvidence], ownerBits, 'u+rwx', 'Let the owner of the bench write files')
    default:
      return null
  }
}

const OWNER = ['config-owner-differs', 'files-of-other-owner', 'site-owner-differs', 'site-files-of-other-owner']
/** Nobody gains by these but the owner of the bench. */
const CLOSE = ['log-not-writable', 'private-files-unreadable', 'files-unwritable', 'config-world-readable']
const OPEN = ['path-closed-to-web-server', 'assets-unreadable']

/** Owner and permission bits, as narrow as they may be; never writable for everybody. */
export const access: Repair = {
  id: 'access',
  findings: [...OWNER, ...CLOSE, ...OPEN],
  cause: 'bench_files_wrong_owner',
  remedies: [
    {
      ...{ id: 'config-to-owner', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Give the configuration file to the owner of the bench',
      plan: (look, finding) => (finding.id === 'config-owner-differs' ? ownFiles(look, finding) : null),
    },
    {
      ...{ id: 'owner-bits', risk: 'low', prior: { worked: 9, failed: 1 } },
      describe: 'Give the owner of the bench the permission bits that are missing, nobody else',
      plan: (look, finding) => (CLOSE.includes(finding.id) ? opened(look, finding) : null),
    },
    {
      ...{ id: 'to-owner', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Give files of other users to the owner of the bench',
      plan: (look, finding) =>
        OWNER.includes(finding.id) && finding.id !== 'config-owner-differs' ? ownFiles(look, finding) : null,
    },
    {
      ...{ id: 'let-pass', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: "Let nginx's user pass or read, not write",
      plan: (look, finding) => (OPEN.includes(finding.id) ? opened(look, finding) : null),
    },
  ],
}
