interface Danger {
  /** What is dangerous about it, as the lint says it. */
  what: string
  command: RegExp
  /** Where this stands in the same text, it is not. */
  unless?: RegExp
  /** Words a sentence may hold without harm: in prose only what stands in backticks is looked at. */
  alsoProse?: true
}

/** Commands that make a bad night worse. They may stand only where an entry warns of them. */
const dangers: Danger[] = [
  {
    what: 'chmod that lets everybody write',
    command: /\bchmod\s+(?:-{1,2}\w+\s+)*(?:0?[0-7]?[0-7]?[67][67]7|0?666|a\+\w*w\w*|ugo\+\w*w\w*|o\+\w*w\w*|\+w)\b/i,
  },
  { what: 'chmod or chown of the whole machine', command: /\bch(?:mod|own|grp)\s+(?:\S+\s+){1,4}\/(?:\s|$)/i },
  { what: 'pruning or removing volumes', command: /\bvolume\s+(?:prune|rm)\b/i },
  { what: 'docker system prune', command: /\bsystem\s+prune\b/i },
  {
    what: 'removing containers with their volumes',
    command: /\b(?:compose|docker-compose)\b.{0,80}\bdown\b.{0,40}\s(?:-v|--volumes)\b/i,
  },
  { what: 'resetting code with --reset', command: /(?:^|\s)--reset\b/i },
  {
    what: 'throwing away changes of the code',
    command:
      /\bgit\s+(?:\S+\s+){0,4}(?:reset\s+--hard|clean\s+-\w*f|checkout\s+(?:-f|--force|\.|-- \.)|stash\s+(?:drop|clear)|push\s+(?:-f|--force))/i,
  },
  { what: 'reinstall, which empties the site', command: /\bbench\b.{0,60}\sreinstall\b/i },
  { what: 'dropping a site without backup', command: /\bdrop-site\b/i, unless: /\bbackup\b(?<!--no-backup)/i },
  { what: 'dropping a site without backup', command: /\bdrop-site\b.{0,120}--(?:no-backup|force)\b/i },
  {
    what: 'uninstalling an app without backup, which drops its tables',
    command: /\buninstall-app\b.{0,120}--(?:no-backup|force|yes)\b/i,
  },
  { what: 'restoring with --force', command: /(?:--force\b.{0,40}\brestore\b|\brestore\b.{0,120}--force\b)/i },
  { what: 'leaving failing patches out', command: /--skip-failing\b/i },
  { what: 'removing lock files', command: /\brm\s+(?:-\w+\s+)*\S*(?:\block(?:s\b|\b)|\.lock\b)/i, alsoProse: true },
  {
    what: 'removing what cannot be made again',
    command:
      /\brm\s+(?:-\w+\s+)*-\w*[rR]\w*\s+(?:-\w+\s+)*\S*(?:\/|\*|~|sites\b|apps\b|private\b|public\b|files\b|mysql\b|archived\b)(?!\S*node_modules)(?!\S*dist\b)(?!\S*__pycache__)(?!\S*\.cache\b)/i,
    alsoProse: true,
  },
  {
    what: "removing a database server's files",
    command: /\brm\b.{0,60}(?:ib_logfile|ibdata|aria_log|\/var\/lib\/(?:mysql|postgresql|redis))/i,
  },
  {
    what: 'dropping or emptying tables',
    command: /\b(?:drop\s+(?:database|table|user)|truncate\s+(?:table\s+)?[`\w]+)\b/i,
    alsoProse: true,
  },
  {
    what: 'deleting rows without a condition',
    command: /\bdelete\s+from\s+[^;"']{1,120}(?=[;"']|$)/i,
    unless: /\bwhere\b/i,
    alsoProse: true,
  },
  {
    what: 'changing rows without a condition',
    command: /\bupdate\s+[`\w. ]{1,80}\sset\s/i,
    unless: /\bwhere\b/i,
    alsoProse: true,
  },
  { what: 'every right on every database', command: /\bgrant\s+all\b.{0,40}\bon\s+\*\.\*/i },
  { what: 'a database without passwords', command: /--?skip[-_]grant[-_]tables\b/i },
  { what: 'emptying Redis', command: /\bflush(?:all|db)\b/i },
  { what: 'Redis open to everybody', command: /\bprotected-mode\s+no\b/i },
  { what: 'forced recovery of InnoDB', command: /\binnodb_force_recovery\s*=\s*[2-6]/i },
  {
    what: 'ending processes by name or by force',
    command: /\b(?:killall|pkill)\b|\bfuser\s+(?:\S+\s+)*-\w*k|\bkill\s+-(?:9|s?\s?(?:sig)?kill)\b/i,
  },
  {
    what: 'switching a guard off',
    command:
      /\b(?:ufw\s+disable|setenforce\s+0|strict-ssl\s+false|sslverify\s*[= ]\s*(?:false|0)|node_tls_reject_unauthorized\s*=\s*0|ignore_csrf['": ]+(?:1|true))/i,
  },
  { what: 'pip into the system', command: /--break-system-packages\b|\bsudo\s+(?:-\w+\s+)?pip3?\s+install\b/i },
  { what: 'writing over a disk', command: /\bmkfs\b|\bdd\s+.{0,60}of=\/dev\// },
  {
    what: 'removing the database server',
    command: /\bapt(?:-get)?\s+(?:-\w+\s+)*(?:remove|purge|autoremove)\b.{0,80}\b(?:mariadb|mysql|postgres)/i,
  },
  { what: 'removing every crontab line', command: /\bcrontab\s+-r\b/i },
]

/** What is dangerous in a command, in words; empty when nothing is known to be. */
export const dangersIn = (command: string): string[] => named(dangers.filter((danger) => stands(danger, command)))

/** The same for a sentence that may name commands, in backticks or without. */
export function dangersInProse(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, command = '']) => command)
  return named(
    dangers.filter((danger) => (danger.alsoProse ? quoted.some((one) => stands(danger, one)) : stands(danger, text))),
  )
}

const stands = ({ command, unless }: Danger, text: string): boolean => command.test(text) && !unless?.test(text)

const named = (found: readonly Danger[]): string[] => [...new Set(found.map(({ what }) => what))]
