import type { HostSpellings } from '../host-spellings.ts'
import type { ContentRow } from './content-row.ts'

/** Fields, defaults and a DocType that this site made for itself. */
export function customizationRows(at: HostSpellings): ContentRow[] {
  return [
    {
      doctype: 'Custom Field',
      name: 'ToDo-evidence_url',
      values: {
        dt: 'ToDo',
        label: 'Evidence',
        fieldname: 'evidence_url',
        fieldtype: 'Data',
        options: 'URL',
        default: `${at.https}/evidence`,
        description: `Like <a href="${at.https}/evidence/1">this</a>`,
      },
    },
    {
      doctype: 'Property Setter',
      name: 'ToDo-description-default',
      values: {
        doctype_or_field: 'DocField',
        doc_type: 'ToDo',
        field_name: 'description',
        property: 'default',
        property_type: 'Text',
        value: `<a href="${at.https}/todo">list</a>`,
      },
    },
    ...Array.from(
      { length: 12 },
      (_, index): ContentRow => ({
        doctype: 'Partner Portal',
        name: `PARTNER-${index}`,
        values: {
          title: `Partner ${index}`,
          portal_url: index % 4 === 3 ? `${at.lookAlikes.subdomain}/partner/${index}` : `${at.https}/partner/${index}`,
          callback_host: index % 2 === 0 ? at.host : `shop.${at.host}`,
          welcome: `<p>Hello, partner ${index}: <a href="${at.https}/partner/${index}">${at.host}</a></p>`,
          settings: `{"b": 1.0, "a": 12345678901234567890, "url": "${at.jsonEscaped}\\/p\\/${index}", "name": "Caf\\u00e9"}`,
          logo: index === 0 ? `${at.https}/files/logo.png` : '/files/logo.png',
          notes: `Ask ${at.lookAlikes.mail}; see ${at.https}/notes/${index}`,
        },
      }),
    ),
  ]
}
