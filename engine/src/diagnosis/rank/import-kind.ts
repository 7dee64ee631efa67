/** Modules of Python and of libraries: when one is missing, the environment is at fault and no app. */
const LIBRARIES = new Set(
  `pkg_resources distutils setuptools pip wheel venv virtualenv ensurepip MySQLdb mysqlclient pymysql psycopg2 PIL requests urllib3 ldap3
  six yaml jinja2 markupsafe werkzeug redis rq click dateutil pytz cryptography OpenSSL bs4 lxml pandas numpy openpyxl xlrd google
  googleapiclient dropbox boto3 botocore stripe markdown2 markdown git semantic_version honcho gunicorn gevent _ctypes _sqlite3 _bz2
  _lzma _cffi_backend cffi tkinter babel num2words zxcvbn premailer sqlparse bench ansible IPython pyqrcode pdfkit weasyprint html5lib
  cssutils croniter maxminddb passlib pydantic rauth psutil oauthlib requests_oauthlib jwt phonenumbers faker coverage unidecode
  future imp asyncio collections typing_extensions attr ldap magic sentry_sdk orjson filetype nacl bleach tenacity traceback_with_variables`.split(
    /\s+/,
  ),
)
const MISSING = /No module named ['"]?([\w.-]+)['"]?|cannot import name ['"]?\w+['"]? from ['"]?([\w.]+)/g

/** What could not be imported: a library, a whole app, or a part of the framework or of an app. */
export function importKinds(text: string): string[] {
  const kinds = [...text.matchAll(MISSING)].map(([, missing, from]) =>
    missing === undefined ? `name from ${ownerOf(from ?? '')}` : missingKind(missing),
  )
  return [...new Set(kinds)]
}

function missingKind(module: string): string {
  const [root = '', ...rest] = module.split('.')
  if (LIBRARIES.has(root)) return 'library'
  if (rest.length === 0) return 'app'
  if (rest.includes('doctype')) return `doctype of ${ownerOf(module)}`
  if (rest.includes('patches')) return 'patch'
  return `part of ${ownerOf(module)}`
}

function ownerOf(module: string): string {
  const [root = ''] = module.split('.')
  if (root === 'frappe' || root === 'erpnext') return root
  return LIBRARIES.has(root) ? 'library' : 'app'
}
