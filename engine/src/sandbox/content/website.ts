import type { HostSpellings } from '../host-spellings.ts'
import type { ContentRow } from './content-row.ts'

/** What visitors see: settings, menus, pages. */
export function websiteRows(at: HostSpellings): ContentRow[] {
  return [
    {
      doctype: 'Website Settings',
      name: 'Website Settings',
      values: {
        brand_html: `<a class="brand" href="${at.https}/"><img src="${at.https}/files/logo.png" alt="Old Cloud"></a>`,
        head_html: `<link rel="alternate" href="${at.upperCase}/rss"><link rel="preconnect" href="${at.protocolRelative}">`,
        robots_txt: `User-agent: *\nSitemap: ${at.https}/sitemap.xml\n`,
        subdomain: at.https,
        app_logo: `${at.https}/files/logo.png`,
        navbar_template_values: `{"cta": "${at.jsonEscaped}\\/start", "id": 12345678901234567890, "ratio": 1.0}`,
      },
    },
    {
      doctype: 'System Settings',
      name: 'System Settings',
      values: {
        enable_scheduler: '1',
        app_name: 'Old Cloud',
        email_footer_address: `Old Cloud Ltd, ${at.lookAlikes.mail}`,
      },
    },
    menuItem('Handbook', 1, `${at.https}/handbook`),
    menuItem('Shop', 2, `${at.lookAlikes.subdomain}/`),
    menuItem('Contact', 3, '/contact'),
    {
      doctype: 'Website Route Redirect',
      name: 'redirect-1',
      parent: { doctype: 'Website Settings', name: 'Website Settings', field: 'route_redirects' },
      values: { source: '/manual', target: `${at.https}/handbook` },
    },
    page('welcome', 'Welcome', 'Rich Text', {
      main_section: `<h1>Welcome</h1><p>Start at <a href="${at.https}/handbook">the handbook</a> or write to ${at.lookAlikes.mail}.</p>`,
      breadcrumbs: `[{"name": "Home", "route": "${at.https}/"}]`,
      meta_image: `${at.https}/files/photo-3.txt`,
      meta_description: `More at ${at.https}/welcome?from=search&amp;lang=en`,
    }),
    page('handbook', 'Handbook', 'HTML', {
      main_section_html:
        `<ul><li><a href="${at.withPort}/desk">desk</a></li><li><a href="${at.protocolRelative}/files/photo-1.txt">photo</a></li>` +
        `<li><a href="https://share.example.net/?u=${at.percentEncoded}%2Fhandbook">share</a></li>` +
        `<li><a href="${at.htmlEntities}&#x2F;help">help</a></li><li><a href="${at.lookAlikes.longer}/">Mexico</a></li></ul>`,
      css: `.hero { background: url(${at.protocolRelative}/files/photo-2.txt) }`,
      javascript: `const api = "${at.jsonEscaped}\\/api"; // not ${at.lookAlikes.prefixed}\nfetch('${at.https}/api/method/ping')`,
    }),
    page('partners', 'Partners', 'Markdown', {
      main_section: `See ${at.lookAlikes.inPath} and [the portal](${at.https}/portal).`,
      main_section_md: `See ${at.lookAlikes.inPath} and [the portal](${at.https}/portal). Feed: <${at.userinfo}/feed>`,
    }),
    ...Array.from({ length: 60 }, (_, index) =>
      page(`news-${index}`, `News ${index}`, 'Rich Text', {
        main_section: `<p>News ${index}: <a href="${index % 2 === 0 ? at.https : at.withPort}/news/${index}">read on</a></p>`,
      }),
    ),
    {
      doctype: 'Web Page Block',
      name: 'block-1',
      parent: { doctype: 'Web Page', name: 'welcome', field: 'page_blocks' },
      values: {
        web_template: 'Hero',
        web_template_values: `{"title": "Caf\\u00e9", "button_url": "${at.jsonEscaped}\\/start", "button_url": "${at.https}/start"}`,
        background_image: `${at.https}/files/photo-2.txt`,
      },
    },
  ]
}

function menuItem(label: string, position: number, url: string): ContentRow {
  return {
    doctype: 'Top Bar Item',
    name: `menu-${position}`,
    parent: { doctype: 'Website Settings', name: 'Website Settings', field: 'top_bar_items' },
    values: { label, url },
  }
}

function page(route: string, title: string, contentType: string, values: ContentRow['values']): ContentRow {
  return {
    doctype: 'Web Page',
    name: route,
    values: { title, route, published: 1, content_type: contentType, ...values },
  }
}
