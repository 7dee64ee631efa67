// Written for any Node, to be able to say that this one is too old.
const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const sources = join(__dirname, '..', 'src', 'cli', 'main.ts')
const bundle = join(__dirname, '..', 'dist', 'frappe-migrator.mjs')

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`error: frappe-migrator needs Node 24 or newer
  seen: ${process.execPath} is ${process.version}
  untouched: everything; the engine was not started
  next: pip install frappe-migrator   (brings its own Node), or in a checkout: scripts/tools --demo`)
  process.exitCode = 4
} else if (existsSync(sources)) {
  import(pathToFileURL(sources).href).then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2))
  })
} else {
  import(pathToFileURL(bundle).href)
}
