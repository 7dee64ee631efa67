/** What commander gives for the options every command takes. */
export interface CommonOptions {
  bench?: string
  site?: string
  json?: boolean
  nginxConfig?: string
  hostsFile?: string
  crontabDirectory?: string[]
}

export interface AttendedOptions extends CommonOptions {
  interactive?: boolean
  yes?: boolean
}
