const SECRET_NAME = String.raw`[\w.-]*(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|encryption[_-]?key)[\w.-]*`

const rules: [RegExp, string][] = [
  // userinfo of URLs
  [/(\/\/)[^\s/@"'<>]{1,512}@/g, '$1***@'],
  // query values
  [new RegExp(String.raw`([?&;]${SECRET_NAME}=)[^&\s"'<>#]{1,2048}`, 'gi'), '$1***'],
  // key = value, "key": "value"
  [new RegExp(String.raw`("?${SECRET_NAME}"?\s*[:=]\s*"?)[^\s",;&}]{1,2048}`, 'gi'), '$1***'],
]

/** Hides userinfo of URLs and values of keys that name a secret, wherever they stand in a text meant for people. */
export const maskText = (text: string): string =>
  rules.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text)
