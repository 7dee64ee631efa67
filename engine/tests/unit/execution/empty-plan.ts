import { emptyPreview, type Plan } from '../../../src/execution/plan.ts'

/** A valid plan that does nothing, with what a test needs. */
export const emptyPlan = (parts: Partial<Plan>): Plan => ({
  format: 1,
  command: 'rename-domain',
  createdAt: '2026-01-01T00:00:00.000Z',
  benchPath: '/home/frappe/frappe-bench',
  site: { oldName: 'old.cloud', newName: 'new.domain', oldDirectory: 'old.cloud', newDirectory: 'new.domain' },
  request: null,
  binding: [],
  steps: [],
  checks: [],
  preview: emptyPreview(),
  findings: [],
  ...parts,
})
