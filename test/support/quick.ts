/** Waits so short that a test sees the end of them; long enough for a busy machine. */
export const quick = {
  STEP_CALL_TIMEOUT_MS: '2000',
  STEP_HEARTBEAT_TIMEOUT_MS: '2000',
  RETRY_FROM_MS: '100',
  RETRY_UP_TO_MS: '500',
  RETRY_ATTEMPTS: '4',
  OUTAGE_RETRY_FROM_MS: '100',
  OUTAGE_RETRY_UP_TO_MS: '1000',
  DISPATCH_DELAY_MS: '100',
  RELAY_INTERVAL_MS: '100',
  RELAY_LEASE_MS: '1500',
} as const;
