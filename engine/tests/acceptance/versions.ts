/** Prints what an evidence page has to name; it holds no path of the machine. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { join } from 'node:path'
import { benchPath, configOf, openDatabase, run, sitesPath, tryBench } from './real-bench.ts'

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''
const ofPython = (code: string) => run([join(benchPath, 'env/bin/python'), '-c', code], { directory: sitesPath })

/** @param site any site of the bench. */
export async function printVersions(site: string): Promise<void> {
  const database = await openDatabase(site)
  const system = /PRETTY_NAME="?([^"\n]*)/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  const python = await ofPython(
    'import sys, rq, redis, gunicorn, frappe; print("Python", sys.version.split()[0], "rq", rq.__version__ if hasattr(rq, "__version__") else rq.version.VERSION, "redis-py", redis.__version__, "gunicorn", gunicorn.__version__, "frappe", frappe.__version__)',
  )
  const redis = await ofPython(
    `import redis; print(redis.from_url(${JSON.stringify(configOf(site)['redis_queue'])}).info()["redis_version"])`,
  )
  const nginx = await run(['nginx', '-v'])
  const lines = [
    `bench ${firstLine((await tryBench('--version')).stdout)}, ${python.stdout.trim()}`,
    `${database.kind === 'sqlite' ? 'SQLite' : 'MariaDB'} ${await database.serverVersion()}, Redis ${redis.stdout.trim()}, ${firstLine(nginx.stderr)}`,
    `Node ${process.version}; ${system}, kernel ${release()} ${arch()}, ${cpus().length} cores`,
    `commit ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()}`,
  ]
  await database.close()
  process.stdout.write(`${lines.join('\n')}\n`)
}
