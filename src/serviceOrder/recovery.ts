/** Why a call has no good end. Classified once, in `activities/activation.ts`. */
export const errorClasses = [
  'transient',
  'throttled',
  'inDoubt',
  'refused',
  'invalid',
  'conflict',
  'drift',
  'lied',
  'unavailable',
  'ours',
  'unknown',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export interface RetryLimits {
  readonly attempts: number;
  readonly fromMs: number;
  readonly upToMs: number;
}

/** What becomes of a step once it is not tried again. */
export const lastResorts = ['undo', 'hold', 'skip'] as const;
export type LastResort = (typeof lastResorts)[number];

/** What a row may name; the row that names most of what happened decides. */
export const policyFields = ['system', 'step', 'class', 'code'] as const;

export interface PolicyRow {
  readonly system?: string;
  readonly step?: string;
  readonly class?: ErrorClass;
  readonly code?: string;
  readonly retry?: RetryLimits;
  readonly then: LastResort;
}

/** How often a system that will report later is asked meanwhile, and how long it may take. */
export interface ReportTimes {
  readonly withinMs: number;
  readonly pollMs: number;
}

/** The code of a report that did not come in time. */
export const reportOverdue = 'reportOverdue';

/** Many service orders are of few specifications: what these say about trouble is written once. */
export type RowsBySpecification = Readonly<Record<string, readonly PolicyRow[]>>;

export const rowsBySpecification = (
  all: readonly { readonly specification: string; readonly recovery?: readonly PolicyRow[] }[],
): RowsBySpecification =>
  Object.fromEntries(
    all.flatMap(({ specification, recovery = [] }) =>
      recovery.length > 0 ? [[specification, recovery]] : [],
    ),
  );

/** Any name is possible, also what every object inherits. */
export const rowsOf = (
  rows: RowsBySpecification | undefined,
  specification: string,
): readonly PolicyRow[] | undefined =>
  rows && Object.hasOwn(rows, specification) ? rows[specification] : undefined;

/** Frozen into each plan, so that a running order keeps the policy it began with. */
export interface RecoveryPolicy {
  readonly retry: RetryLimits;
  readonly outage: { readonly fromMs: number; readonly upToMs: number };
  /** Where the step's specification does not say otherwise. */
  readonly reports: ReportTimes;
  readonly rows?: readonly PolicyRow[];
  /** Where a service order has items of several specifications: which one, by the item's ordinal. */
  readonly byItem?: {
    readonly specifications: Readonly<Record<string, string>>;
    readonly rows: RowsBySpecification;
  };
}

/** What holds for one item of a service order. */
export const policyFor = ({ byItem, ...policy }: RecoveryPolicy, item: string): RecoveryPolicy => {
  const rows = rowsOf(byItem?.rows, byItem?.specifications[item] ?? '');
  return rows ? { ...policy, rows } : policy;
};

export interface Trouble {
  /** The step's name, without the ordinal of its item. */
  readonly step: string;
  readonly system: string;
  readonly code: string;
  readonly verb: 'apply' | 'revoke';
  readonly class: ErrorClass;
  /** The specification can do without the step. */
  readonly optional: boolean;
  /** Whether the step was on its way to what is wanted, or back from there. */
  readonly way: 'do' | 'undo';
  /** Tries that counted so far, this one included. */
  readonly attempts: number;
  /** Tries that cost nothing, because the outage was not the system's answer. */
  readonly outages: number;
  readonly retryAfterMs?: number;
  /** The system was known to be away: whatever the class, the try cost nothing and is waited for. */
  readonly outage?: true;
  /** 0 up to 1, drawn by the caller: spreads the retries of many orders. */
  readonly jitter: number;
}

export type Recovery =
  | { readonly type: 'retry'; readonly afterMs: number; readonly attempt: number; readonly of: number | null }
  | { readonly type: LastResort };

/** What happens where no row says otherwise. An outage costs no attempt and knows no end: no row is asked. */
const classes = {
  transient: { retried: true, end: 'hold' },
  throttled: { retried: true, end: 'hold' },
  inDoubt: { retried: true, end: 'hold' },
  refused: { retried: false, end: 'undo' },
  invalid: { retried: false, end: 'undo' },
  conflict: { retried: false, end: 'hold' },
  drift: { retried: false, end: 'hold' },
  lied: { retried: false, end: 'hold' },
  unknown: { retried: false, end: 'hold' },
  unavailable: 'outage',
  ours: 'outage',
} as const satisfies Record<ErrorClass, 'outage' | { readonly retried: boolean; readonly end: LastResort }>;

export const costsAttempt = (errorClass: ErrorClass): boolean => classes[errorClass] !== 'outage';

/** The next move after a call that did not end well. */
export function recover(policy: RecoveryPolicy, trouble: Trouble): Recovery {
  const usual = classes[trouble.class];
  const attempt = trouble.attempts + 1;
  if (usual === 'outage' || trouble.outage) {
    const { fromMs, upToMs } = policy.outage;
    const backoff = backoffMs(fromMs, upToMs, Math.max(trouble.outages, 1), trouble.jitter);
    const afterMs = Math.max(backoff, spread(trouble.retryAfterMs ?? 0, trouble.jitter));
    return { type: 'retry', afterMs, attempt, of: null };
  }
  const row = rowFor(policy.rows ?? [], trouble);
  const isOverdue = trouble.code === reportOverdue;
  const limits = usual.retried && !isOverdue ? (row?.retry ?? policy.retry) : askedFor(row, isOverdue);
  if (limits === undefined || trouble.attempts >= limits.attempts) {
    return { type: possible(row?.then ?? usual.end, trouble) };
  }
  const backoff = backoffMs(limits.fromMs, limits.upToMs, trouble.attempts, trouble.jitter);
  const afterMs = Math.max(backoff, spread(trouble.retryAfterMs ?? 0, trouble.jitter));
  return { type: 'retry', afterMs, attempt, of: limits.attempts };
}

/**
 * A definite answer is only asked for again by a row that means it: one that names its class or code. What names
 * the class of an overdue report means doubts, and has no say here.
 */
const askedFor = (row: PolicyRow | undefined, isOverdue: boolean): RetryLimits | undefined => {
  const namesClass = row?.class !== undefined && !isOverdue;
  return namesClass || row?.code !== undefined ? row.retry : undefined;
};

/** What takes away or goes back can neither be undone nor left out; what is needed cannot be left out. */
function possible(then: LastResort, { verb, way, optional }: Trouble): LastResort {
  if (verb === 'revoke' || way === 'undo') return 'hold';
  return then === 'skip' && !optional ? 'hold' : then;
}

/** The row that names most; of equals, which a catalogue cannot hold for its own steps, the first. */
function rowFor(rows: readonly PolicyRow[], trouble: Trouble): PolicyRow | undefined {
  return rows
    .filter((row) => matches(row, trouble))
    .reduce<PolicyRow | undefined>(
      (best, row) => (best === undefined || namedBy(row) > namedBy(best) ? row : best),
      undefined,
    );
}

type Names = Pick<PolicyRow, (typeof policyFields)[number]>;

/** How specific a row is. */
export const namedBy = (row: Names): number =>
  policyFields.filter((field) => row[field] !== undefined).length;

/** The object a step no longer has is revoked by a step named `<step>.gone`. */
const matches = (row: PolicyRow, trouble: Trouble): boolean => {
  const names = { ...trouble, step: trouble.step.split('.')[0] };
  return policyFields.every((field) => row[field] === undefined || row[field] === names[field]);
};

/** Never before the time that was named, and up to a quarter later: many wait for the same one. */
const spread = (ms: number, jitter: number): number => Math.round(ms * (1 + jitter / 4));

/** Doubles each time up to the cap; jitter takes away up to a quarter. */
function backoffMs(fromMs: number, upToMs: number, tries: number, jitter: number): number {
  const full = Math.min(upToMs, fromMs * 2 ** Math.min(tries - 1, 30));
  return Math.round(full * (1 - jitter / 4));
}
