import { basename, dirname } from 'node:path'
import type { Completed } from '../host.ts'
import { unfinishedOf } from '../local/files.ts'
import { notWritten } from '../local/not-written.ts'
import { shellWord as word } from '../shell-word.ts'
import type { ActorShell } from './actor-shell.ts'
import { systemError } from './system-errors.ts'

/** Runs a script with bytes as its input, in a channel of its own. */
export type RunScript = (script: string, input: Buffer) => Promise<Completed>

/** The file a write really goes to, in $target: links are followed, a name that does not exist yet stays. */
const TARGET = (path: string): string => `
  target=$(realpath -e -- ${word(path)} 2>/dev/null && printf x) && target=\${target%"
x"} || {
    directory=$(realpath -e -- ${word(dirname(path))} && printf x) || exit
    target=\${directory%"
x"}/${word(basename(path))}
  }
  directory=\${target%/*}; directory=\${directory:-/}
  unfinished=$directory/.\${target##*/}.migrator
  whole=$unfinished-in-place`

/** Copies $whole over $target where that cannot be replaced. */
const IN_PLACE = `
  cat -- "$whole" > "$target" && sync -- "$target" && rm -f -- "$whole" && sync -- "$directory"`

/**
 * See Host.writeFile. The length is checked before the file takes its place: a connection that breaks cuts the input short.
 * @throws MigratorError `file-not-written`, or the system's error
 */
export async function writeFile(
  run: RunScript,
  path: string,
  content: Buffer,
  mode: number | undefined,
): Promise<void> {
  const script = `set -e${TARGET(path)}
  rm -f -- "$unfinished"
  existing=$(stat -c '%u:%g %a' -- "$target" 2>/dev/null) || existing=
  (umask 077; set -C; cat > "$unfinished")
  if [ "$(stat -c %s -- "$unfinished")" != ${content.length} ]; then rm -f -- "$unfinished"; echo 'the content did not arrive whole' >&2; exit 1; fi
  if [ -n "$existing" ] && [ "$(stat -c %u:%g -- "$unfinished")" != "\${existing% *}" ]; then
    chown -- "\${existing% *}" "$unfinished" || { rm -f -- "$unfinished"; exit 1; }
  fi
  mode=${mode === undefined ? '' : mode.toString(8)}
  [ -n "$mode" ] || mode=\${existing#* }
  chmod -- "\${mode:-644}" "$unfinished"
  sync -- "$unfinished"
  if error=$(mv -fT -- "$unfinished" "$target" 2>&1); then sync -- "$directory"; exit; fi
  case $error in
    *'resource busy') mv -fT -- "$unfinished" "$whole"; sync -- "$directory";${IN_PLACE} ;;
    *) rm -f -- "$unfinished"; printf '%s\\n' "$error" >&2; exit 1 ;;
  esac`
  const done = await run(script, content)
  if (done.exitCode === 0) return
  throw notWritten(path, systemError(`write '${path}'`, done.stderr))
}

/** See Host.settleUnfinished. */
export async function settleUnfinished(shell: ActorShell, path: string): Promise<void> {
  const script = `set -e
  [ -d ${word(dirname(path))} ] || exit 0${TARGET(path)}
  if [ -e "$whole" ]; then${IN_PLACE}; fi
  if [ -e "$unfinished" ]; then rm -f -- "$unfinished"; sync -- "$directory"; fi`
  await shell.read(script, `write '${path}'`)
}

/** See Host.makeDirectory: every directory that is made gets the mode, less what the user's mask takes away. */
export async function makeDirectory(shell: ActorShell, path: string, mode = 0o755): Promise<void> {
  const taken = (0o777 & ~mode).toString(8)
  const script = `umask "$(printf %o $(( $(umask) | 0${taken} )))" && mkdir -p -- ${word(path)} && sync -- ${word(dirname(path))}`
  await shell.read(script, `mkdir '${path}'`)
}

export async function writeLink(shell: ActorShell, path: string, text: string): Promise<void> {
  const temporary = word(unfinishedOf(path))
  const script = `rm -f -- ${temporary} && ln -s -- ${word(text)} ${temporary} && mv -fT -- ${temporary} ${word(path)} && sync -- ${word(dirname(path))}`
  await shell.read(script, `symlink '${text}' -> '${path}'`)
}

/** See Host.rename. `mv` would copy between file systems, which is no rename: both parents must lie in one, and in one mount of it. */
export async function rename(shell: ActorShell, from: string, to: string): Promise<void> {
  const [source, target, below, above] = [from, to, dirname(to), dirname(from)].map(word)
  const script = `
  if [ -e ${target} ] || [ -L ${target} ]; then echo 'File exists' >&2; exit 1; fi
  here=$(stat -c '%d %m' -- ${above}) && there=$(stat -c '%d %m' -- ${below}) || exit
  [ "$here" = "$there" ] || { echo 'Invalid cross-device link'; exit 1; }
  [ -L ${source} ] || ! mountpoint -q -- ${source} 2>/dev/null || { echo 'Device or resource busy'; exit 1; }
  mv -nT -- ${source} ${target} || exit
  if [ -e ${source} ] || [ -L ${source} ]; then echo 'File exists' >&2; exit 1; fi
  sync -- ${below} && sync -- ${above}`
  await shell.read(script, `rename '${from}' -> '${to}'`)
}

export async function remove(shell: ActorShell, path: string, recursive: boolean): Promise<void> {
  const parent = word(dirname(path))
  const script = `rm ${recursive ? '-rf' : '-f'} -- ${word(path)} && { [ ! -d ${parent} ] || sync -- ${parent}; }`
  await shell.read(script, `rm '${path}'`)
}
