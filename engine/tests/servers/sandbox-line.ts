import { Transform } from 'node:stream'

const SANDBOX = /^\/\*M?!999999\\- enable the sandbox mode \*\/ *\n/m

/**
 * Leaves out mariadb-dump's sandbox line, which older clients refuse. Frappe writes its own comment lines before it,
 * so it stands somewhere among the leading comments, within the first few hundred bytes.
 */
export function withoutSandboxLine(): Transform {
  let opening: Buffer | null = Buffer.alloc(0)
  const take = (head: Buffer) => Buffer.from(head.toString('latin1').replace(SANDBOX, ''), 'latin1')
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (opening === null) return done(null, chunk)
      opening = Buffer.concat([opening, chunk])
      if (opening.length < 4096) return done()
      const head = opening.subarray(0, 4096)
      const rest = opening.subarray(4096)
      opening = null
      done(null, Buffer.concat([take(head), rest]))
    },
    flush(done) {
      done(null, opening === null ? undefined : take(opening))
    },
  })
}
