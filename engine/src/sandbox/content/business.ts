import type { HostSpellings } from '../host-spellings.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { ContentRow } from './content-row.ts'

/** Documents of daily work. Submitted ones are documents in the sense of the law: their links must stay. */
export function businessRows(at: HostSpellings, random: SeededRandom): ContentRow[] {
  const orders = Array.from({ length: 300 }, (_, index): ContentRow => {
    const docstatus = index % 10 === 0 ? 0 : index % 17 === 0 ? 2 : 1
    return {
      doctype: 'Sales Order',
      name: `SO-${String(index).padStart(5, '0')}`,
      docstatus,
      values: {
        customer: `Customer ${random.below(40)}`,
        status: docstatus === 0 ? 'Draft' : docstatus === 1 ? 'To Deliver' : 'Cancelled',
        terms: `<p>Terms: <a href="${at.https}/terms">${at.https}/terms</a></p>`,
        portal_link: `${at.https}/orders/${index}`,
        grand_total: random.below(100000) / 100,
      },
    }
  })
  const tasks = Array.from(
    { length: 500 },
    (_, index): ContentRow => ({
      doctype: 'ToDo',
      name: `todo-${index}`,
      values: {
        status: random.pick(['Open', 'Closed']),
        description: `Look at <a href="${index % 5 === 0 ? at.https : 'https://elsewhere.example.net'}/app/item/${index}">item ${index}</a>`,
        evidence_url: index % 50 === 0 ? `${at.https}/evidence/${index}` : null,
      },
    }),
  )
  return [...orders, ...tasks]
}

/** What was said and done: never changed, though it is full of the old name. */
export function historyRows(at: HostSpellings, random: SeededRandom): ContentRow[] {
  const rows = (doctype: string, count: number, values: (index: number) => ContentRow['values']): ContentRow[] =>
    Array.from({ length: count }, (_, index) => ({ doctype, name: `${random.hex(10)}${index}`, values: values(index) }))
  return [
    ...rows('Comment', 1500, (index) => ({
      comment_type: 'Comment',
      reference_doctype: 'Sales Order',
      reference_name: `SO-${String(index % 300).padStart(5, '0')}`,
      content: `<div>See ${at.https}/app/sales-order/${index}, cc ${at.lookAlikes.mail}</div>`,
    })),
    ...rows('Version', 800, (index) => ({
      ref_doctype: 'Web Page',
      docname: 'welcome',
      data: `{"changed":[["main_section","${at.jsonEscaped}\\/old\\/${index}","${at.https}/new/${index}"]]}`,
    })),
    ...rows('Communication', 300, (index) => ({
      subject: `Order ${index}`,
      content: `<p>Your order: ${at.https}/orders/${index}</p>`,
      text_content: `Your order: ${at.https}/orders/${index}`,
      message_id: `<${index}.order@${at.host}>`,
      recipients: `customer${index}@example.org`,
    })),
    ...rows('Error Log', 200, (index) => ({
      method: 'sync',
      error: `ConnectionError: ${at.https}/api/resource/${index}`,
    })),
  ]
}
