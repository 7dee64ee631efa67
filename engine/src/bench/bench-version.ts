import { dirname } from 'node:path'
import type { Host } from '../host/host.ts'
import { listOrNothing, readTextFile } from '../services/text-file.ts'

/** Directories with a Python's installed packages below a prefix such as /usr/local or a virtual environment. */
async function packageDirectories(host: Host, prefix: string): Promise<string[]> {
  const versions = (await listOrNothing(host, `${prefix}/lib`)).filter((name) => name.startsWith('python3'))
  return versions.flatMap((version) =>
    ['site-packages', 'dist-packages'].map((kind) => `${prefix}/lib/${version}/${kind}`),
  )
}

/** The prefix of the Python that the `bench` on our path runs with: its first line says (`#!/opt/venv/bin/python`). */
async function prefixOfBench(host: Host): Promise<string[]> {
  const which = await host.run({ argv: ['which', 'bench'], timeoutMilliseconds: 2000 })
  const program = which.stdout.trim().split('\n')[0]
  if (which.exitCode !== 0 || program === undefined || program === '') return []
  const read = await readTextFile(host, program)
  const interpreter = read.state === 'read' ? /^#!\s*(\/\S+)/.exec(read.text)?.[1] : undefined
  return interpreter === undefined ? [] : [dirname(dirname(interpreter))]
}

/**
 * Version of the bench program, from the name of its installed package (`frappe_bench-5.31.0.dist-info`):
 * `bench --version` would take half a second and import the whole of it.
 */
export async function readBenchVersion(host: Host, home: string | null): Promise<string | null> {
  const own =
    home === null
      ? []
      : [`${home}/.local`, `${home}/.local/share/pipx/venvs/frappe-bench`, `${home}/.local/share/uv/tools/frappe-bench`]
  for (const prefix of [...(await prefixOfBench(host)), ...own, '/usr/local', '/usr']) {
    for (const directory of await packageDirectories(host, prefix)) {
      for (const name of await listOrNothing(host, directory)) {
        const version = /^frappe_bench-(\d[^-]*)\.(?:dist|egg)-info$/.exec(name)?.[1]
        if (version !== undefined) return version
      }
    }
  }
  return null
}
