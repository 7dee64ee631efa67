/**
 * Bundles the engine for installations: `node scripts/bundle.ts [--out folder]` (default `dist/`).
 *
 * The result is a folder: `frappe-migrator.mjs` (run this), one chunk for each command, loaded when it is used,
 * `assets/` (see src/host/asset.ts) with the compiled knowledge base, and the licences of what is inside.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type Metafile } from 'esbuild'
import { compileCauses } from '../src/diagnosis/knowledge/compile.ts'
import { COMPILED } from '../src/diagnosis/knowledge/shipped.ts'

const ENGINE = resolve(import.meta.dirname, '..')
const ASSET_FOLDERS = ['src', 'knowledge']

/** What the installed program does first. `main` alone would not do: esbuild may move it into a shared chunk. */
const START = `
  import { main } from './src/cli/main.ts'
  process.exitCode = await main(process.argv.slice(2))
`

/** Packages in CommonJS ask for Node's own modules through `require`, which a module does not have by itself. */
const REQUIRE = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`

const { values } = parseArgs({ options: { out: { type: 'string', default: join(ENGINE, 'dist') } } })
const out = resolve(values.out)

rmSync(out, { recursive: true, force: true })
const { metafile } = await build({
  stdin: { contents: START, resolveDir: ENGINE, sourcefile: 'frappe-migrator.ts', loader: 'ts' },
  absWorkingDir: ENGINE,
  outdir: out,
  entryNames: 'frappe-migrator',
  // Beside the start, so that asset.ts finds assets/ from whatever file it ends up in.
  chunkNames: '[name]-[hash]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // jsonc-parser's `main` is UMD, whose own `require` calls no bundler follows.
  mainFields: ['module', 'main'],
  target: 'node24',
  define: { BUNDLED: 'true', 'import.meta.main': 'false' },
  banner: { js: REQUIRE },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
})
copyAssets()
writeFileSync(join(out, 'assets', COMPILED), JSON.stringify(await compileCauses(join(ENGINE, 'knowledge'))))
writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), licences(metafile))

function copyAssets(): void {
  for (const folder of ASSET_FOLDERS.filter((name) => existsSync(join(ENGINE, name)))) {
    for (const file of readdirSync(join(ENGINE, folder), { recursive: true, encoding: 'utf8' })) {
      const from = join(ENGINE, folder, file)
      if (!statSync(from).isFile() || ['.ts', '.md', '.pyc'].includes(extname(file))) continue
      const to = join(out, 'assets', folder, file)
      mkdirSync(dirname(to), { recursive: true })
      cpSync(from, to)
    }
  }
}

/** The licence texts of the packages that ended up in the bundle, which their licences ask us to pass on. */
function licences(inputs: Metafile): string {
  const folders = new Set<string>()
  for (const input of Object.keys(inputs.inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
    if (folder !== undefined) folders.add(folder)
  }
  return [...folders].sort().map(licence).join('\n')
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(ENGINE, folder, 'package.json'), 'utf8'))
  const file = readdirSync(join(ENGINE, folder)).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(ENGINE, folder, file), 'utf8')
  return `${'='.repeat(78)}\n${name} ${version} (${license})\n\n${text.trim()}\n`
}
