import type { Plan } from '../execution/plan.ts'
import { commandOf } from '../workflows/rename-domain/rename-command.ts'
import { RenameRequest } from '../workflows/rename-domain/request.ts'
import { asTyped } from './typed-as.ts'

/** The command line that asks for exactly what this plan shows, as this user types it. */
export function renameCommand(plan: Plan): string {
  const { oldName, newName } = plan.site
  const parsed = RenameRequest.safeParse(plan.request)
  const request = parsed.success ? parsed.data : null
  return asTyped(
    request
      ? commandOf(request, plan.benchPath)
      : `frappe-migrator rename-domain --source ${oldName} --target ${newName} --bench ${plan.benchPath}`,
  )
}
