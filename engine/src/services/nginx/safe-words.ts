/** Names and paths come from outside: nothing that nginx would read as its own syntax may get into a file. */

export const isSafeName = (name: string): boolean => /^\w[\w.-]*$/.test(name)
/** `$` starts a variable and cannot be escaped (ngx_http_script.c). */
export const isSafePath = (path: string): boolean => /^\/[^$\n\r\0]*$/.test(path)
export const isSafeUrl = (url: string): boolean => /^https?:\/\/[\w.-]+(:\d+)?\/?$/.test(url)
export const isSafeAddress = (address: string): boolean => /^([\w.-]+|[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(address)
