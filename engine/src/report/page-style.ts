/** Calm by day, by night, on paper and on a phone. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2530; --dim: #5d6878; --line: #dfe3e9; --ground: #f6f7f9; --card: #fff; --good: #17713f; --warn: #93500a; --bad: #b3261e; --good-soft: #e3f4ea; --warn-soft: #fcf0dd; --bad-soft: #fbe6e4; --dim-soft: #eceff3 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a3b3; --line: #2e3641; --ground: #12161c; --card: #1a2027; --good: #6fd39b; --warn: #f0b860; --bad: #ff928a; --good-soft: #173324; --warn-soft: #3a2b13; --bad-soft: #401d1b; --dim-soft: #262d37 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; -webkit-text-size-adjust: 100% }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
section, details, header { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.35rem; margin-bottom: 1rem }
header { border-top: 4px solid var(--dim) } header.good { color: var(--ink); border-top-color: var(--good) } header.warn { color: var(--ink); border-top-color: var(--warn) } header.bad { color: var(--ink); border-top-color: var(--bad) }
h1 { font-size: 1.55rem; line-height: 1.3; margin: .45rem 0 .3rem; overflow-wrap: anywhere } h1 span { color: var(--dim); font-weight: 400 }
h2 { font-size: 1.02rem; margin: 0 0 .7rem } p { margin: 0 0 .5rem } ul { margin: 0; padding-left: 1.2rem } li { margin: .25rem 0; overflow-wrap: anywhere }
.dim { color: var(--dim) } .good { color: var(--good) } .warn { color: var(--warn) } .bad { color: var(--bad) }
.badge { display: inline-block; font-size: .8rem; line-height: 1.5; padding: 0 .55em; border-radius: 1em; white-space: nowrap; background: var(--dim-soft); color: var(--dim) }
.badge.good { background: var(--good-soft); color: var(--good) } .badge.warn { background: var(--warn-soft); color: var(--warn) } .badge.bad { background: var(--bad-soft); color: var(--bad) }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.1rem 0 0 }
.facts div { background: var(--ground); border-radius: 8px; padding: .55rem .8rem } dt { color: var(--dim); font-size: .82rem } dd { margin: 0; font-weight: 600 } dd small { font-weight: 400; color: var(--dim) }
.timeline { list-style: none; padding: 0; margin: 0 }
.timeline li { position: relative; display: flex; flex-wrap: wrap; gap: .1rem .7rem; align-items: baseline; margin: 0; padding: .28rem 0 .28rem 1.6rem }
.timeline li::before { content: ""; position: absolute; left: .2rem; top: .78rem; width: .7rem; height: .7rem; border-radius: 50%; background: currentColor; z-index: 1 }
.timeline li:not(:last-child)::after { content: ""; position: absolute; left: .5rem; top: .9rem; height: 100%; border-left: 2px solid var(--line) }
.timeline b { color: var(--ink); font-weight: 500; min-width: 13rem } .timeline .time { color: var(--dim); font-variant-numeric: tabular-nums }
.timeline .unused b { color: var(--dim); font-weight: 400 } .timeline .unused::before { background: var(--line) }
table { border-collapse: collapse; width: 100%; font-size: .92rem } th { text-align: left; color: var(--dim); font-weight: 500; font-size: .82rem }
th, td { padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word } td:first-child, td:last-child { overflow-wrap: anywhere; min-width: 8rem } th:last-child, td:last-child { padding-right: 0 } tbody tr:last-child td { border-bottom: 0 }
details > summary { cursor: pointer; font-weight: 600 } details > summary .dim { font-weight: 400 } details[open] > summary { margin-bottom: .7rem }
code { display: inline-block; max-width: 100% } pre code { display: inline }
code, .value { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; overflow-wrap: anywhere; white-space: pre-wrap } code { background: var(--dim-soft); border-radius: 5px; padding: .1em .4em }
pre { margin: .3rem 0 .6rem; background: var(--dim-soft); border-radius: 8px; padding: .7rem .9rem; overflow-x: auto } pre code { background: none; padding: 0 }
del, ins { text-decoration: none; border-radius: 3px; padding: 0 .15em } del { background: var(--bad-soft); color: var(--bad) } ins { background: var(--good-soft); color: var(--good) }
.checklist { list-style: none; padding: 0 } .checklist label { display: flex; gap: .65rem; align-items: baseline; padding: .2rem 0 } .checklist input { flex: none; width: 1rem; height: 1rem; position: relative; top: .15rem; margin: 0 }
footer { color: var(--dim); font-size: .82rem; overflow-wrap: anywhere; padding: 0 .2rem }
@media (max-width: 42rem) {
  main { padding: 1rem .75rem 3rem } section, details, header { padding: .9rem 1rem }
  h1 { font-size: 1.25rem } .facts { grid-template-columns: 1fr 1fr }
  thead { display: none } tr, td { display: block } tr { border-bottom: 1px solid var(--line); padding: .5rem 0 } tbody tr:last-child { border: 0 } td { border: 0; padding: .1rem 0 }
  td::before { content: attr(data-name); display: block; color: var(--dim); font-size: .78rem }
  td:first-child { font-weight: 500 } td:first-child::before { display: none } td:empty { display: none }
  .timeline b { min-width: 100% }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb }
  body { font-size: 10.5pt } main { max-width: none; padding: 0 } section, details, header { break-inside: avoid-page; border-radius: 0; border-width: 1px 0 0; padding: .6rem 0 }
  details { break-inside: auto } details::details-content { content-visibility: visible; block-size: auto } tr, li { break-inside: avoid } * { print-color-adjust: exact }
}
`
