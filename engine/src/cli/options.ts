import type { SurveyOptions } from '../bench/survey.ts'

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

export const surveyOptions = (options: CommonOptions): SurveyOptions => ({
  ...(options.nginxConfig === undefined ? {} : { nginxConfig: options.nginxConfig }),
  ...(options.hostsFile === undefined ? {} : { hostsFile: options.hostsFile }),
  ...(options.crontabDirectory === undefined ? {} : { crontabDirectories: options.crontabDirectory }),
})
