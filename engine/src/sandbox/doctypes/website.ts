import type { DocTypeDefinition } from './doctype-definition.ts'

/** Pages, mail and printing. */
export const websiteDocTypes: DocTypeDefinition[] = [
  {
    name: 'Website Settings',
    module: 'Website',
    kind: 'single',
    fields: {
      brand_html: 'Code|HTML',
      head_html: 'Code|HTML',
      robots_txt: 'Code',
      subdomain: 'Small Text',
      app_logo: 'Attach Image',
      navbar_template_values: 'Code|JSON',
    },
  },
  { name: 'Top Bar Item', module: 'Website', kind: 'child', fields: { label: 'Data', url: 'Data' } },
  {
    name: 'Website Route Redirect',
    module: 'Website',
    kind: 'child',
    fields: { source: 'Small Text', target: 'Small Text' },
  },
  {
    name: 'Web Page',
    module: 'Website',
    kind: 'table',
    fields: {
      title: 'Data',
      route: 'Data',
      published: 'Check',
      content_type: 'Select',
      main_section: 'Text Editor',
      main_section_html: 'HTML Editor',
      main_section_md: 'Markdown Editor',
      css: 'Code|CSS',
      javascript: 'Code|Javascript',
      meta_description: 'Small Text',
      meta_image: 'Attach Image',
      breadcrumbs: 'Code|JSON',
    },
  },
  {
    name: 'Web Page Block',
    module: 'Website',
    kind: 'child',
    fields: { web_template: 'Link|Web Template', web_template_values: 'Code|JSON', background_image: 'Attach Image' },
  },
  {
    name: 'Email Template',
    module: 'Email',
    kind: 'table',
    fields: { subject: 'Data', use_html: 'Check', response: 'Text Editor', response_html: 'Code|Jinja' },
  },
  {
    name: 'Email Account',
    module: 'Email',
    kind: 'table',
    fields: {
      email_id: 'Data|Email',
      smtp_server: 'Data',
      password: 'Password',
      signature: 'Text Editor',
      footer: 'Text Editor',
    },
  },
  {
    name: 'Notification',
    module: 'Email',
    kind: 'table',
    fields: { subject: 'Data', document_type: 'Link|DocType', message: 'Code|Jinja', condition: 'Code' },
  },
  {
    name: 'Letter Head',
    module: 'Printing',
    kind: 'table',
    fields: { image: 'Attach Image', content: 'HTML Editor', footer: 'HTML Editor' },
  },
  {
    name: 'Print Format',
    module: 'Printing',
    kind: 'table',
    fields: { doc_type: 'Link|DocType', html: 'Code|Jinja', css: 'Code|CSS', format_data: 'Code', standard: 'Select' },
  },
]
