/** Calm on paper, by day and by night, and on a phone. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #667; --line: #dde1e7; --ground: #fff; --good: #197a45; --warn: #a35b00; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #9aa3b0; --line: #333a45; --ground: #14181e; --good: #5fc98f; --warn: #f0b35a; --bad: #ff8a80 } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem }
header { border-left: 6px solid var(--warn); padding-left: 1rem } header.success { border-color: var(--good) } header.failed { border-color: var(--bad) }
header p { margin: 0 } h1 { margin: .2rem 0; font-size: 1.6rem; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.dim { color: var(--dim) }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem; margin: 1.5rem 0 }
dl div { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem } dt { color: var(--dim); font-size: .85rem } dd { margin: 0; font-weight: 600 }
.no dd, td.failed { color: var(--bad) } .yes dd, td.passed, td.completed { color: var(--good) } td.warning { color: var(--warn) }
table { border-collapse: collapse; width: 100%; font-size: .92rem } th { text-align: left; color: var(--dim); font-weight: 500 }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
details { margin-top: 1rem } summary { cursor: pointer; font-weight: 600 }
.checklist { list-style: none; padding: 0 } .checklist li::before { content: "☐ "; color: var(--dim) }
@media (max-width: 40rem) { thead { display: none } tr, td { display: block } td { border: 0; padding: .1rem 0 } td::before { content: attr(data-name) ": "; color: var(--dim) } tr { border-bottom: 1px solid var(--line); padding: .5rem 0 } }
@media print { details { display: block } details > * { display: block } }
`
