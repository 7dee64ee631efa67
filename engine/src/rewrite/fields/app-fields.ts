import { address, callback, content, type FieldEntry, link, never, offer, onlyWhere, ownFile } from './treatment.ts'

const website = offer('somebody’s website; ours only if this site is meant', 'host')
const gatewayReturn = { ...link, reason: 'where the payment gateway returns to; tell the gateway too' }
const endpoint = { ...callback, reason: 'address of this site registered in the shop' }
const otherService = never('address of another service')
const openRequest = { column: 'status', test: 'is-not' as const, values: ['Paid', 'Cancelled', 'Failed'] }
const openPayment = { ...offer('open request; its link was sent'), evenSubmitted: true as const }
const paid = never('history: a settled request stays as it was')

/** Fields of apps by the framework's makers. Where a DocType is not installed its lines match nothing. One line adds a field. */
export const appFields: readonly FieldEntry[] = [
  // ERPNext
  ['Company', 'website', website],
  ['Supplier', 'website', website],
  ['Customer', 'website', website],
  ['Lead', 'website', website],
  ['Bank', 'website', website],
  ['Sales Partner', 'partner_website', website],
  ['Payment Request', 'payment_url message', onlyWhere(openRequest, openPayment, paid)],
  ['Woocommerce Settings', 'woocommerce_server_url', otherService],
  ['Woocommerce Settings', 'endpoint client_endpoint item_endpoint', endpoint],
  ['Support Settings', 'get_started_sections', { ...content, json: true }],
  ['Support Settings', 'forum_url', address],
  ['Support Settings', 'post_route_string', link],
  ['Support Search Source', 'base_url', address],
  ['Appointment Booking Settings', 'success_redirect_url', link],
  ['Homepage', 'hero_image slideshow', ownFile],
  ['Homepage', 'tag_line description title', content],
  ['Homepage Section', 'section_html', content],
  ['Homepage Section Card', 'image', ownFile],
  ['Homepage Section Card', 'route', link],
  ['Homepage Section Card', 'content', content],
  ['Item', 'description web_long_description', content],
  ['Item', 'image website_image', ownFile],
  ['Item Group', 'description', content],
  ['Item Group', 'image', ownFile],
  ['Website Item', 'description web_long_description', content],
  ['Website Item', 'website_image thumbnail', ownFile],
  ['Terms and Conditions', 'terms', content],
  ['Dunning Letter Text', 'body_text closing_text', content],
  ['Request for Quotation', 'message_for_supplier', content],
  ['Project', 'message', content],
  ['Issue', 'description', offer('what a customer wrote')],
  ['QuickBooks Migrator', 'redirect_url', callback],
  ['QuickBooks Migrator', 'authorization_endpoint revoke_endpoint token_endpoint', otherService],

  // Payments
  ['Stripe Settings', 'redirect_url', gatewayReturn],
  ['GoCardless Settings', 'redirect_url', gatewayReturn],
  ['Braintree Settings', 'redirect_url header_img', gatewayReturn],
  ['PayPal Settings', 'redirect_to', gatewayReturn],
  ['Razorpay Settings', 'redirect_to', gatewayReturn],
  ['Paytm Settings', 'redirect_to website', gatewayReturn],

  // CRM, shops
  ['ERPNext CRM Settings', 'erpnext_site_url', offer('the ERPNext site; ours only if it is this one')],
  ['CRM Call Log', 'recording_url', otherService],
  ['Shopify Setting', 'shopify_url', otherService],
]
