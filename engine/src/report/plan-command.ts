import type { Plan } from '../execution/plan.ts'
import { shellWord } from '../host/shell-word.ts'
import { FixRequest } from '../workflows/fix-config/request.ts'
import { commandOf } from '../workflows/rename-domain/rename-command.ts'
import { RenameRequest } from '../workflows/rename-domain/request.ts'
import { RestoreRequest } from '../workflows/restore-site/request.ts'
import { restoreCommandOf } from '../workflows/restore-site/restore-command.ts'
import { TransferRequest } from '../workflows/transfer-server/request.ts'
import { transferCommandOf } from '../workflows/transfer-server/transfer-command.ts'
import { asTyped } from './typed-as.ts'

/** The command line that asks for exactly what this plan shows, as this user types it. */
export const planCommand = (plan: Plan): string => asTyped(commandFor(plan))

function commandFor(plan: Plan): string {
  const { oldName, newName } = plan.site
  const fix = FixRequest.safeParse(plan.request)
  if (plan.command === 'fix-config' && fix.success)
    return `frappe-migrator fix-config --only ${fix.data.finding.id} --bench ${shellWord(plan.benchPath)}`
  const rename = RenameRequest.safeParse(plan.request)
  if (rename.success) return commandOf(rename.data, plan.benchPath)
  const restore = RestoreRequest.safeParse(plan.request)
  if (restore.success) return restoreCommandOf(restore.data, plan.benchPath)
  const transfer = TransferRequest.safeParse(plan.request)
  if (transfer.success && plan.places) {
    const { source, target } = plan.places
    return transferCommandOf(transfer.data, { source: source.benchPath, target: target.benchPath })
  }
  return `frappe-migrator rename-domain --source ${oldName} --target ${newName} --bench ${plan.benchPath}`
}
