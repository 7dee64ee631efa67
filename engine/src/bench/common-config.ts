import type { JsonFile } from './bench-facts.ts'
import { textAt } from './config-keys.ts'
import type { Finding } from './finding.ts'
import type { SiteDirectories } from './site-directories.ts'

/** What is odd about a bench's common configuration beyond its syntax and types. Pure. */
export function checkCommonConfig(commonConfig: JsonFile, { sites }: SiteDirectories): Finding[] {
  const { path, exists, value } = commonConfig
  const findings: Finding[] = []
  const add = (id: string, severity: Finding['severity'], title: string, evidence: string, remedy: string) =>
    findings.push({ id, severity, title, evidence, remedies: [remedy], subject: path })
  if (!exists) {
    const remedy = 'Check that this is the bench you mean; bench writes this file in bench init.'
    add('common-config-missing', 'warning', `${path} does not exist.`, `${path}: no such file`, remedy)
  }
  const defaultSite = textAt(value, 'default_site')
  if (defaultSite !== null && !sites.some(({ name }) => name === defaultSite)) {
    const title = `The default site ${defaultSite} does not exist on this bench.`
    add('default-site-missing', 'warning', title, `${path}: "default_site": "${defaultSite}"`, 'bench use <site>')
  }
  if (textAt(value, 'host_name') !== null && sites.length > 1) {
    const title = `"host_name" in ${path} applies to all ${sites.length} sites that have none of their own.`
    const remedy = 'Set host_name in each site: bench --site <site> set-config host_name https://<host>'
    add('common-host-name', 'warning', title, `${path}: "host_name"`, remedy)
  }
  return findings
}
