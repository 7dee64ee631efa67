import { createHash } from 'node:crypto'
import type { HostSpellings } from '../host-spellings.ts'
import type { ContentRow } from './content-row.ts'

/** A file on disk below the site's directory, and its row in tabFile. */
export interface SiteFile {
  path: string
  content: Buffer
  row: ContentRow
}

/** Public and private files; some rows name their own file by an absolute URL, one names a foreign file. */
export function siteFiles(at: HostSpellings): SiteFile[] {
  const names = ['logo.png', ...Array.from({ length: 39 }, (_, index) => `photo-${index + 1}.txt`)]
  return names.map((name, index) => {
    const isPrivate = index % 4 === 2 && index > 2
    const folder = isPrivate ? '/private/files' : '/files'
    const content = Buffer.from(`${name} of ${at.host}\n`)
    return {
      path: isPrivate ? `private/files/${name}` : `public/files/${name}`,
      content,
      row: {
        doctype: 'File',
        name: `file-${index}`,
        values: {
          file_name: name,
          file_url:
            index % 5 === 1
              ? `${at.https}${folder}/${name}`
              : index % 7 === 3
                ? `${at.withPort}${folder}/${name}`
                : `${folder}/${name}`,
          is_private: isPrivate ? 1 : 0,
          file_size: content.length,
          is_folder: 0,
          folder: 'Home',
          content_hash: createHash('md5').update(content).digest('hex'),
        },
      },
    }
  })
}

/** A row whose file lies on somebody else's server. */
export function foreignFileRow(at: HostSpellings): ContentRow {
  const values = {
    file_name: 'brochure.pdf',
    file_url: `${at.lookAlikes.subdomain}/files/brochure.pdf`,
    is_private: 0,
    is_folder: 0,
    folder: 'Home',
  }
  return { doctype: 'File', name: 'file-foreign', values }
}
