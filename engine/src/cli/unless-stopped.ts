/** null when it was asked to stop: whatever broke then broke because of it. */
export async function unlessStopped<Result>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | null> {
  try {
    const result = await work(signal)
    return signal.aborted ? null : result
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}
