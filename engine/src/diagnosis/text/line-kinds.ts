export type LineKind =
  | 'text'
  /** What the person typed, with or without the prompt. */
  | 'command'
  | 'traceback'
  | 'frame'
  /** A line of source, or a local variable, below a frame. */
  | 'source'
  /** `Type: message`; a later one of the same chain follows. */
  | 'exception'
  /** The one that ends a chain. */
  | 'last_exception'

const HEADER =
  /^(\s*)(?:[╭─┌\s]*)Traceback \((?:most recent call last|innermost last)\)|^(\s*)Traceback with variables \(/
const CHAIN = /^\s*(?:During handling of the above exception|The above exception was the direct cause)/
const PYTHON_FRAME = /^(\s*)File "[^"]{1,400}", line \d+/
/** As Python's pretty printers write it. */
const PRETTY_FRAME = /^\s*[/~<][^\s:]{1,300}:\d+ in \S/
const NODE_FRAME = /^\s+at (?:async )?\S.{0,300}$/
const DOTTED = /^(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?::|$)/
const NAMED =
  /^(?:Uncaught (?:\(in promise\) )?)?[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|NotFound|Failure)(?: \[\w+\])?(?::|$)/
const PLAIN_ERROR = /^(?:Uncaught (?:\(in promise\) )?)?Error(?: \[\w+\])?:/
const LOG_LINE = /^(?:\d{2,4}[-/:]\d\d|\[|\(|[A-Z]{4,}(?::| )|[=\-*#]{3,})/
/** A message over several lines is followed this far. */
const LONGEST_MESSAGE = 6

const PROMPT =
  /^(?:\([\w.-]+\) ?)?(?:[\w.-]+@[\w.-]+[:\s]?\s?\S{0,80}[$#%]|\[[\w.-]+@[\w.-]+ [^\]]{1,80}\][$#]|[\w.-]+:\S{0,60} \w+[$#%]|[~/][\w./~-]{0,80}[$#%]|[$#%]|PS [A-Z]:\\[^>]{0,120}>|[A-Z]:\\[^>]{0,120}>|MariaDB \[[^\]]{1,60}\]>|mysql>) ?(?=\S)/
const BARE_COMMAND =
  /^(?:sudo (?:-\w+ )*)?(?:bench|docker|docker-compose|pip3?|pipx|uv|npm|npx|yarn|git|mysql|mariadb|mysqldump|redis-cli|supervisorctl|systemctl|service|nginx|certbot|curl)(?: +(?:--?[\w-]+(?:[= ]\S+)?|[a-z][\w./-]*))+[^.?!]{0,160}$/
const PROSE = /\b(?:is|are|was|the|then|fails?|failed|not|does|gives?|says|but|with an?|when|after|error)\b/

const indent = (line: string): number => line.length - line.trimStart().length

const isException = (line: string): boolean => NAMED.test(line) || DOTTED.test(line) || PLAIN_ERROR.test(line)

/** Whether somebody typed this line. */
const isCommand = (line: string): boolean => PROMPT.test(line) || (BARE_COMMAND.test(line) && !PROSE.test(line))

/**
 * What each line of one process is. Python tracebacks are followed with their indentation, so that an exception of
 * any name that ends one is known, and that of a chain only the last counts as last.
 */
export function lineKinds(lines: readonly string[]): LineKind[] {
  const kinds: LineKind[] = []
  /** Indentation of the traceback we are in, null outside. */
  let inside: number | null = null
  let framesSeen = false
  let last: number | null = null
  let message = 0
  for (const [at, line] of lines.entries()) {
    const kind = kindOf(line, at)
    kinds.push(kind)
  }
  return kinds

  function kindOf(line: string, at: number): LineKind {
    const header = HEADER.exec(line)
    if (header) {
      inside = (header[1] ?? header[2] ?? '').length
      framesSeen = false
      message = 0
      return 'traceback'
    }
    if (CHAIN.test(line)) {
      // Demotes what it names: the exception above is not the one that ended the chain.
      if (last !== null) for (let one = last; kinds[one] === 'last_exception'; one++) kinds[one] = 'exception'
      last = null
      inside = null
      message = 0
      return 'traceback'
    }
    const frame = PYTHON_FRAME.exec(line)
    if (frame) {
      inside ??= Math.max(0, (frame[1] ?? '').length - 2)
      framesSeen = true
      message = 0
      return 'frame'
    }
    if (NODE_FRAME.test(line)) return 'frame'
    if (PRETTY_FRAME.test(line)) return 'frame'
    if (line.trim() === '') {
      message = 0
      return 'text'
    }
    if (inside !== null && framesSeen) {
      if (indent(line) > inside) return 'source'
      inside = null
      return ended(at)
    }
    const trimmed = line.trimStart()
    if (isException(trimmed)) return ended(at)
    if (message > 0 && !LOG_LINE.test(line) && !isCommand(line)) {
      message--
      return 'last_exception'
    }
    message = 0
    return isCommand(line) ? 'command' : 'text'
  }

  function ended(at: number): LineKind {
    last = at
    message = framesSeen ? LONGEST_MESSAGE : 0
    framesSeen = false
    return 'last_exception'
  }
}
