/** Names of secrets; addresses and kinds of one (`token_uri`, `token_type`) are none. */
const SECRET_NAME = String.raw`(?=[\w.-]{0,60}(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|encryption[_-]?key|signature))(?![\w.-]{0,60}(?:_ur[il]|_type|_endpoint|_method)\b)[\w.-]{1,80}`

const rules: [RegExp, string][] = [
  // userinfo of URLs
  [/(\/\/)[^\s/@"'<>]{1,512}@/g, '$1***@'],
  // query values; a session id is as good as a password
  [new RegExp(String.raw`([?&;](?:${SECRET_NAME}|sid|code|state|sig|auth)=)[^&\s"'<>#]{1,2048}`, 'gi'), '$1***'],
  // "key": "a value with spaces", key='value'
  [new RegExp(String.raw`(\b${SECRET_NAME}(?:\\?["'])?\s*[:=]\s*)(\\?["'])(?:(?!\2).){1,2048}\2`, 'gi'), '$1$2***$2'],
  // key = value, key: value
  [new RegExp(String.raw`(\b${SECRET_NAME}\s*[:=]\s*)(?![\\"'*])[^\s",;&}]{1,2048}`, 'gi'), '$1***'],
  // Authorization headers
  [/\b(Bearer|Basic|token) (?=[\w.~+/:=-]{8})(?=\S{0,200}[\d:=])[\w.~+/:=-]+/g, '$1 ***'],
  // SQL and command lines of database clients
  [/(\bidentified by )(["']).{1,200}?\2/gi, '$1$2***$2'],
  [/(--pass(?:word)?[= ])[^\s"']+/gi, '$1***'],
]

/** Hides userinfo of URLs and values of what is named like a secret, wherever they stand in a text meant for people. */
export const maskText = (text: string): string =>
  rules.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text)
