/** Every way in which a site's own host is written inside its database, and names that only look like it. */
export interface HostSpellings {
  host: string
  https: string
  withPort: string
  protocolRelative: string
  jsonEscaped: string
  percentEncoded: string
  htmlEntities: string
  userinfo: string
  upperCase: string
  trailingDot: string
  lookAlikes: { subdomain: string; longer: string; prefixed: string; mail: string; inPath: string }
}

/** The spellings for one host. */
export function hostSpellings(host: string): HostSpellings {
  return {
    host,
    https: `https://${host}`,
    withPort: `http://${host}:8000`,
    protocolRelative: `//${host}`,
    jsonEscaped: `https:\\/\\/${host}`,
    percentEncoded: `https%3A%2F%2F${host}`,
    htmlEntities: `https:&#x2F;&#x2F;${host}`,
    userinfo: `https://reader:pw@${host}`,
    upperCase: `HTTPS://${host.toUpperCase()}`,
    trailingDot: `https://${host}.`,
    lookAlikes: {
      subdomain: `https://shop.${host}`,
      longer: `https://${host}.mx`,
      prefixed: `https://my-${host}`,
      mail: `sales@${host}`,
      inPath: `https://archive.example.net/${host.replaceAll('.', '-')}`,
    },
  }
}
