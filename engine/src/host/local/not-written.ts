import { type FailureClass, MigratorError } from '../errors.ts'
import { systemCode } from './files.ts'

const reasons: Record<string, { reason: string; failureClass: FailureClass; hint: string }> = {
  EACCES: {
    reason: 'no right to',
    failureClass: 'permission',
    hint: 'Give the file and its directory to the owner of the bench.',
  },
  EPERM: {
    reason: 'no right to',
    failureClass: 'permission',
    hint: 'Give the file and its directory to the owner of the bench.',
  },
  EROFS: { reason: 'it is mounted read-only', failureClass: 'permission', hint: 'Mount it writable.' },
  ENOSPC: { reason: 'the disk has no room left', failureClass: 'dependency', hint: 'Make room on that disk.' },
  EDQUOT: { reason: 'the disk quota is used up', failureClass: 'dependency', hint: 'Make room, or raise the quota.' },
}

/** Says why a file could not be written; whatever is not about the file itself stays as it is. */
export function notWritten(path: string, cause: unknown): unknown {
  const known = reasons[systemCode(cause) ?? '']
  if (!known) return cause
  return new MigratorError({
    code: 'file-not-written',
    kind: 'failed',
    message: `${path} could not be written: ${known.reason}.`,
    evidence: cause instanceof Error ? cause.message : '',
    untouched: 'The file stands as it was.',
    hint: known.hint,
    failureClass: known.failureClass,
    cause,
  })
}
