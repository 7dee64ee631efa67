import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({ hostName: z.string(), address: z.string(), port: z.number() })

/** TLS under the site's name: the certificate covers it; a chain this machine does not trust is only a warning. */
export const https: Check = {
  id: 'https',
  title: 'HTTPS works',
  run: async (context, params) => {
    const wanted = Params.parse(params)
    const answer = await context.host.request({ ...wanted, tls: true, path: '/login' })
    const where = `https://${wanted.hostName}:${wanted.port}: ${answer.status}`
    const problem = answer.certificateProblem
    if (problem === null)
      return {
        status: answer.status < 500 ? 'passed' : 'failed',
        critical: false,
        evidence: `${where}, certificate accepted`,
      }
    const wrongName = /ALTNAME|expired/i.test(problem)
    return {
      status: wrongName ? 'failed' : 'warning',
      critical: false,
      evidence: `${where}, ${problem}`,
      remedy: wrongName
        ? 'Give a certificate that covers the new name: --certificate, --certificate-key.'
        : 'The chain is not known to this machine; browsers that know its authority accept it.',
    }
  },
}
