/** Whatever fits into a JSON line: what plans and journals hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }
