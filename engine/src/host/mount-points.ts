/** Mount points of a mountinfo file (proc(5)): its fifth fields, with blanks and the like written as octal. */
export function mountPointsOf(mountinfo: string): Set<string> {
  const unescaped = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
  return new Set(mountinfo.split('\n').map((line) => unescaped(line.split(' ')[4] ?? '')))
}
