import { lineEdit } from '../../../changes/line-edits.ts'
import type { Repair } from '../repair.ts'

/** Lines of the hosts file that lead a site elsewhere, or a name here that nobody has. */
export const hostsFile: Repair = {
  id: 'hosts-file',
  findings: ['hosts-file-points-elsewhere', 'hosts-file-stale'],
  cause: 'dns_wrong_answer',
  remedies: [
    {
      ...{ id: 'lead-here', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Lead the name here, or comment out the line of a name that is gone',
      plan: async ({ facts, host }, { id, evidence }) => {
        const entry = facts.hostsEntries.find(({ path, line, text }) => evidence === `${path}:${line}: ${text}`)
        if (entry === undefined) return null
        const text = (await host.readFile(entry.path)).toString().split('\n')[entry.line - 1] ?? ''
        const at = text.indexOf(entry.address)
        const word =
          id === 'hosts-file-stale' ? { at: 0, from: '', to: '# ' } : { at, from: entry.address, to: '127.0.0.1' }
        const owner = (await host.status(entry.path))?.userId
        const privileged = host.userId !== 0 && owner !== host.userId
        if (at === -1 || (privileged && (await host.privilege()) === 'none')) return null
        const edits = [lineEdit(entry.line, text, [word])]
        return {
          steps: [
            { kind: 'edit-text', params: { path: entry.path, edits, privileged, purpose: 'Correct the hosts file' } },
          ],
          commands: [
            `sudo sed -i '${entry.line}${id === 'hosts-file-stale' ? 's/^/# /' : 's/^[^ ]*/127.0.0.1/'}' ${entry.path}`,
          ],
          mark: `:${entry.line}:`,
        }
      },
    },
  ],
}
