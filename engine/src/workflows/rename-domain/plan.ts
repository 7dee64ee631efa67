import type { BenchFacts, CertificateFacts } from '../../bench/bench-facts.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import type { Plan } from '../../execution/plan.ts'
import { bindingOf } from './binding.ts'
import type { DatabaseFacts } from './database-facts.ts'
import { planFindings } from './findings.ts'
import type { RenameNames } from './names.ts'
import { pairOf, planCertificate } from './plan-certificate.ts'
import { planChecks } from './plan-checks.ts'
import { planLinks } from './plan-links.ts'
import { planNginx } from './plan-nginx.ts'
import { configurationPreview, manualSteps, offeredNames, outsidePreview, servicesPreview } from './plan-preview.ts'
import { previewOffered, previewRewrite, previewSkipped, rewriteTargets } from './plan-rewrite.ts'
import { planCommonConfig, planSiteConfig } from './plan-site-config.ts'
import { planSteps } from './plan-steps.ts'
import { isByHand, planTextFiles } from './plan-text-files.ts'
import type { RenameRequest } from './request.ts'

export interface RenameInput {
  facts: BenchFacts
  names: RenameNames
  request: RenameRequest
  database: DatabaseFacts
  /** The certificate of `--certificate`, inspected. */
  givenCertificate: CertificateFacts | null
  /** Whether the owner of the bench may not write a file itself. */
  privileged: (path: string) => boolean
  diskBytesFree: number
  now: Date
}

const MEBIBYTE = 1024 * 1024
/** Compressed dump at its worst, and room to work. */
const BACKUP_SHARE = 0.6
const WORKING_ROOM = 64 * MEBIBYTE
/** Cells rewritten a second, measured on two cores with the connection of the site's own user; halved to be safe. */
const CELLS_PER_SECOND = 5000
const WINDOW_BASE_SECONDS = 2

/** Facts in, plan out: pure. */
export function planRename(input: RenameInput): Plan {
  const { facts, names, request, database } = input
  const certificate = planCertificate(facts, names, request, input.givenCertificate, input.now)
  const siteConfig = planSiteConfig(names, pairOf(certificate.chosen))
  const commonConfig = planCommonConfig(facts, names)
  const allTextFiles = planTextFiles(facts, names)
  const byHand = allTextFiles.filter((file) => isByHand(file, facts, input.privileged))
  const textFiles = allTextFiles.filter((file) => !byHand.includes(file))
  const links = planLinks(facts, names)
  const nginx = planNginx(facts, names, request, certificate.chosen, input.now)
  const targets = rewriteTargets(database.rules, database.tables)
  const parts = {
    facts,
    names,
    request,
    siteConfig,
    commonConfig,
    textFiles,
    links,
    nginx,
    targets,
    privileged: input.privileged,
  }
  const { columns, valueBytes } = database.occurrences
  const rewrite = previewRewrite(columns)
  const cells = rewrite.reduce((sum, column) => sum + column.values, 0)
  const diskBytesNeeded = Math.ceil(database.totalBytes * BACKUP_SHARE + valueBytes * 3 + WORKING_ROOM)
  const diskFormula = 'database × 0.6 for the compressed backup + 3 × values that change + 64 MiB'
  const plannedTables = [...new Set(rewrite.map((column) => column.table))]
  return {
    format: 1,
    command: 'rename-domain',
    createdAt: input.now.toISOString(),
    benchPath: facts.path,
    site: {
      oldName: names.source.host,
      newName: names.target,
      oldDirectory: names.site.name,
      newDirectory: names.directory?.to ?? names.site.name,
    },
    request: JSON.parse(JSON.stringify(request)),
    binding: bindingOf(input),
    steps: planSteps(parts),
    checks: planChecks({ ...parts, diskBytesNeeded, diskFormula, plannedTables }),
    preview: {
      configuration: configurationPreview({ ...parts, keys: [...siteConfig, ...commonConfig] }),
      services: servicesPreview(input, nginx),
      rewrite,
      offered: [...offeredNames(input), ...previewOffered(columns)],
      skipped: previewSkipped(database.rules, columns, database.rowsWithoutKey),
      outside: outsidePreview(input),
      manual: manualSteps(input, nginx, byHand),
      downtimeSeconds: Math.ceil(WINDOW_BASE_SECONDS + cells / CELLS_PER_SECOND),
      downtimeBasis: `${cells} values to rewrite by key; the search and the backup run before, while the site is live`,
      diskBytesNeeded,
      diskBytesFree: input.diskBytesFree,
      diskFormula,
    },
    findings: [
      ...findingsForSite(facts, names.site),
      ...certificate.findings,
      ...(nginx?.findings ?? []),
      ...planFindings(input),
    ],
  }
}

/** Asked again for what is done: no file, no value, no index is left. */
export const isNothingToDo = ({ preview, steps }: Plan): boolean =>
  preview.configuration.length + preview.rewrite.length === 0 &&
  !steps.some(({ kind }) => kind === 'proxy-config' || kind === 'rebuild-search')
