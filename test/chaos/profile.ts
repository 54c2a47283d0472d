/** Dialtone in a hurry: no pause is longer than 5 s, so that a minute is enough to settle. */
export const chaosProfile = {
  STEP_CALL_TIMEOUT_MS: '1000',
  STEP_HEARTBEAT_TIMEOUT_MS: '2000',
  RETRY_FROM_MS: '200',
  RETRY_UP_TO_MS: '3000',
  OUTAGE_RETRY_FROM_MS: '200',
  OUTAGE_RETRY_UP_TO_MS: '5000',
  BREAKER_OPEN_MS: '500',
  BREAKER_OPEN_UP_TO_MS: '3000',
  REPORT_POLL_MS: '1000',
  REPORT_WITHIN_MS: '4000',
  WATCH_EVERY_MS: '500',
  WATCH_FOR_MS: '8000',
  SWEEP_INTERVAL_MS: '2000',
  DATABASE_STATEMENT_TIMEOUT_MS: '5000',
  DISPATCH_DELAY_MS: '1000',
  RELAY_INTERVAL_MS: '250',
  LOG_LEVEL: 'warn',
} as const;

export const ordersInFlight = 16;

/** Nothing that the network still has in hand takes effect later than this. */
export const latestEffectMs = 3_000;
export const settleWithinMs = 60_000;

/** One call in ten goes wrong: the shares add up to 0.1. A read can only go wrong in some of these ways. */
export const faultRules = [
  { share: 0.014, behaviour: { type: 'error', status: 500 } },
  { share: 0.009, behaviour: { type: 'error', status: 503 } },
  { share: 0.013, behaviour: { type: 'throttle', retryAfter: 1 } },
  { share: 0.009, behaviour: { type: 'refuse', code: 'noCapacity' } },
  { share: 0.011, behaviour: { type: 'executeAndTimeout' } },
  { share: 0.008, behaviour: { type: 'hang' } },
  { share: 0.008, behaviour: { type: 'late', ms: 2_500 } },
  { share: 0.009, behaviour: { type: 'delay', ms: 700 } },
  { share: 0.003, behaviour: { type: 'lie' } },
  { share: 0.003, behaviour: { type: 'accept', afterMs: 1_000, callback: 'once' } },
  { share: 0.002, behaviour: { type: 'accept', afterMs: 500, callback: 'duplicate' } },
  { share: 0.002, behaviour: { type: 'accept', afterMs: 1_000, callback: 'drop' } },
  { share: 0.003, behaviour: { type: 'accept', afterMs: 800, callback: 'early' } },
  { share: 0.004, behaviour: { type: 'accept', afterMs: 500, callback: 'once', reorder: true } },
  { share: 0.002, behaviour: { type: 'accept', afterMs: 500, callback: 'once', outcome: 'refused' } },
  // No fault: a number is ported later, as always, but soon. Some reports overtake each other.
  ...(['early', 'once', 'drop'] as const).map((callback) => ({
    ...{ system: 'porting', verb: 'apply', share: 0.2 },
    behaviour: { type: 'accept', afterMs: 1_500, callback, reorder: callback === 'once' },
  })),
  {
    ...{ system: 'porting', verb: 'apply' },
    behaviour: { type: 'accept', afterMs: 1_500, callback: 'duplicate' },
  },
  // What these refuse waits for a person, by the catalogue of the run: else there is little to do at the desk.
  ...(['bng', 'acs', 'nms'] as const).map((system) => ({
    ...{ system, verb: 'apply', share: 0.05 },
    behaviour: { type: 'refuse', code: 'outOfRange' },
  })),
] as const;
