import { content, type FieldEntry, jsonContent, never, offer, onlyWhere, script } from './treatment.ts'

const standardReport = never('standard reports come from the app’s files')
const onlyCustomReports = { column: 'is_standard', test: 'is' as const, values: ['No'] }
const waiting = { column: 'status', test: 'is' as const, values: ['Not Sent'] }
const waitingMail = offer(
  'mail that waits to be sent; signed links in it name the old host and are served by the redirect',
)
const madeMail = never('history: mail already made stays as it was')
const note = offer('a note somebody wrote')
const filter = { ...offer('filters of a view'), json: true as const }
const help = offer('help text')

/** Fields of the framework that hold text people read or code that runs, and may link to the site. One line adds a field. */
export const contentFields: readonly FieldEntry[] = [
  // Website
  ['Web Page', 'main_section main_section_html main_section_md header css meta_description', content],
  ['Web Page', 'javascript context_script', script],
  ['Web Page', 'breadcrumbs', jsonContent],
  ['Web Page Block', 'web_template_values', jsonContent],
  ['Web Template', 'template', content],
  ['Web Template Field', 'default options', content],
  ['Web Form', 'introduction_text success_message custom_css', content],
  ['Web Form', 'client_script', script],
  ['Web Form', 'breadcrumbs condition_json', jsonContent],
  ['Web Form Field', 'description options', content],
  ['Blog Post', 'content content_html content_md blog_intro meta_description', content],
  ['Help Article', 'content', content],
  ['Note', 'content', content],
  ['Discussion Reply', 'reply', content],
  ['About Us Settings', 'company_introduction footer team_members_subtitle', content],
  ['Contact Us Settings', 'introduction', content],
  ['Blog Settings', 'blog_introduction', content],

  // Mail
  ['Email Template', 'response response_html', content],
  ['Notification', 'message', content],
  ['Notification', 'condition', { ...offer('a condition in Python'), code: true }],
  ['Email Account', 'signature footer auto_reply_message', content],
  ['User', 'email_signature bio', content],
  ['User', 'home_settings', never('settings of one person’s desk')],
  ['Auto Email Report', 'description', content],
  ['Auto Repeat', 'message', content],
  ['Newsletter', 'message message_html message_md', content],
  ['Email Queue', 'message', onlyWhere(waiting, waitingMail, madeMail)],

  // Print
  ['Print Format', 'html css raw_commands', content],
  ['Print Format', 'format_data', jsonContent],
  ['Print Format Field Template', 'template', content],
  ['Print Style', 'css', content],
  ['Letter Head', 'content footer', content],
  ['Letter Head', 'header_script footer_script', script],
  ['Address Template', 'template', content],

  // Desk
  ['Custom HTML Block', 'html style', content],
  ['Custom HTML Block', 'script', script],
  ['Workspace', 'content', jsonContent],
  ['Client Script', 'script', script],
  ['Server Script', 'script', script],
  ['Report', 'query report_script javascript', onlyWhere(onlyCustomReports, script, standardReport)],
  ['Report', 'json', onlyWhere(onlyCustomReports, jsonContent, standardReport)],
  ['Custom Field', 'default description options', content],
  ['Property Setter', 'value', content],
  // A translation is found by its source text: both change or none.
  ['Translation', 'source_text translated_text', offer('found by its source text: change both or none')],
  ['Workflow Document State', 'message', content],

  // The letter head's copy in the defaults prints in its stead, so it follows the letter head.
  [
    'DefaultValue',
    'defvalue',
    onlyWhere(
      { column: 'defkey', test: 'is', values: ['default_letter_head_content'] },
      { ...content, reason: 'copy of the default letter head' },
      offer('defaults of users and of the system'),
    ),
  ],

  // Offered: notes, filters, help
  ['Event', 'description', note],
  ['ToDo', 'description', note],
  ['Assignment Rule', 'description', note],
  ['Reminder', 'description', note],
  ['Dashboard Chart', 'filters_json dynamic_filters_json custom_options', filter],
  ['Number Card', 'filters_json dynamic_filters_json', filter],
  ['List Filter', 'filters', filter],
  ['Kanban Board', 'filters fields', filter],
  ['Package', 'readme', help],
  ['Package Release', 'release_notes', help],
  ['Form Tour Step', 'description', help],
  ['Onboarding Step', 'description', help],
  ['Module Onboarding', 'subtitle success_message', help],
  ['System Console', 'console output', never('scratch pad of the console')],
  ['Package Import', 'log', never('diagnostics: stay as they were written')],
]
