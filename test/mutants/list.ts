import { books } from './books.ts';
import type { Mutant } from './mutant.ts';

const optionalPart: readonly Mutant[] = [
  {
    name: 'an optional part of a bundle does not go as a whole',
    file: 'src/order/failure.ts',
    search: 'const related = closure([failed], ties.dependants, ties.whole);',
    replace: 'const related = closure([failed], ties.dependants);',
  },
  {
    name: 'what stands of a failed item is forgotten',
    file: 'src/order/rollUp.ts',
    search: "    if (flags.stands) return 'partial';\n",
    replace: '',
  },
  {
    name: 'what takes itself back takes nobody with it',
    file: 'src/order/failure.ts',
    search: '[...run.failed, ...run.failing]',
    replace: '[...run.failed]',
    tests: ['test/order/failing.test.ts'],
  },
  {
    name: 'what failed by itself counts as told to stop',
    file: 'src/order/advance.ts',
    search: "const wasGoing = outcome === 'failed' && !isOwnDoing && ",
    replace: "const wasGoing = outcome === 'failed' && isOwnDoing !== undefined && ",
    tests: ['test/order/failing.test.ts'],
  },
  {
    name: 'what needed nothing comes back after its item has ended without it',
    file: 'src/order/failure.ts',
    search: ' || isGivenUp(run, id);',
    replace: ';',
    tests: ['test/order/optionalPart.test.ts'],
  },
  {
    name: 'an optional part is complete without what it needs',
    file: 'src/order/outcome.ts',
    search: 'const needed = missing.filter((one) => isNeededIn(item, one));',
    replace: 'const needed = missing.filter((one) => one.optional !== true || isNeededIn === undefined);',
  },
];

const serviceOrder: readonly Mutant[] = [
  {
    name: 'undo registered late: only what was heard of counts as done',
    file: 'src/serviceOrder/retreat.ts',
    search: "now.state === 'attempting' || isUntouched(now)) return false;",
    replace: "now.state === 'attempting' || now.state !== 'done') return false;",
  },
  {
    name: 'undo failure swallowed',
    file: 'src/serviceOrder/judgement.ts',
    search: "  if (run.retreat && was.way === 'do') return { run, commands: [] };",
    replace: "  if (was.way === 'undo') return noteUndone(run, id);",
  },
  {
    name: 'order of undo ignored',
    file: 'src/serviceOrder/retreat.ts',
    search: '!after.includes(id) || isTakenBack(step(run, other))',
    replace: 'other !== undefined && after !== undefined',
  },
  {
    name: 'order of undo swapped',
    file: 'src/serviceOrder/retreat.ts',
    search:
      'return run.plan.every(({ id: other, after }) => !after.includes(id) || isTakenBack(step(run, other)));',
    replace:
      'return (run.plan.find((one) => one.id === id)?.after ?? []).every((other) => isTakenBack(step(run, other)));',
  },
  {
    name: 'an undo begins while the attempt is under way',
    file: 'src/serviceOrder/retreat.ts',
    search: "now.way === 'undo' || now.state === 'attempting' || isUntouched(now)",
    replace: "now.way === 'undo' || isUntouched(now)",
  },
  {
    name: 'point of no return ignored',
    file: 'src/serviceOrder/retreat.ts',
    search: "return verb === 'revoke' || (pointOfNoReturn === true && !isDefiniteNo(now));",
    replace: "return verb === 'revoke';",
  },
  {
    name: 'a first revoke is not a point of no return',
    file: 'src/serviceOrder/retreat.ts',
    search: "return verb === 'revoke' || (pointOfNoReturn === true && !isDefiniteNo(now));",
    replace: 'return pointOfNoReturn === true && !isDefiniteNo(now) && verb !== undefined;',
    tests: ['test/serviceOrder/advanceRandom.test.ts', 'test/serviceOrder/retreat.test.ts'],
  },
  {
    name: 'refusal after doubt treated as definite',
    file: 'src/serviceOrder/retreat.ts',
    search: '  !doubted &&\n',
    replace: '  (doubted || !doubted) &&\n',
  },
  {
    name: 'a doubtful step is skipped',
    file: 'src/serviceOrder/judgement.ts',
    search: "next.type === 'skip' && !doubted && state",
    replace: "next.type === 'skip' && state",
    tests: ['test/serviceOrder/advanceRandom.test.ts', 'test/serviceOrder/retreat.test.ts'],
  },
  {
    name: 'held step forgotten',
    file: 'src/serviceOrder/advance.ts',
    search: 'return !moving && steps.some((one) => needsPerson(run, one));',
    replace: 'return !moving && steps.length < 0;',
  },
  {
    name: 'held while something still moves',
    file: 'src/serviceOrder/advance.ts',
    search: 'return !moving && steps.some((one) => needsPerson(run, one));',
    replace: 'return steps.some((one) => needsPerson(run, one));',
    tests: ['test/serviceOrder/advanceRandom.test.ts'],
  },
  {
    name: 'duplicate timers: an old one rings for the undo',
    file: 'src/serviceOrder/schedule.ts',
    search: "if (!awaitsRetry || isPaused(run) || (run.retreat && way === 'do'))",
    replace: "if (isPaused(run) || (run.retreat && way === 'do'))",
    tests: ['test/serviceOrder/advanceRandom.test.ts', 'test/serviceOrder/retreat.test.ts'],
  },
  {
    name: 'steps do not wait for those they come after',
    file: 'src/serviceOrder/schedule.ts',
    search: 'return candidate.after.every((id) => isOver(step(run, id)));',
    replace: 'return true;',
  },
  {
    name: 'takes away before the release',
    file: 'src/serviceOrder/schedule.ts',
    search: "if (candidate.verb === 'revoke' && run.stage !== 'released') return false;",
    replace: '',
  },
  {
    name: 'settled while steps are not yet taken back',
    file: 'src/serviceOrder/advance.ts',
    search: 'if (!steps.every(isTakenBack)) return undefined;',
    replace: 'if (!steps.some(isTakenBack)) return undefined;',
  },
];

const recoveryTests = ['test/serviceOrder/recovery.test.ts'];
const recovery: readonly Mutant[] = [
  {
    name: 'retry count off by one',
    file: 'src/serviceOrder/recovery.ts',
    search: 'trouble.attempts >= limits.attempts',
    replace: 'trouble.attempts > limits.attempts',
    tests: recoveryTests,
  },
  {
    name: 'an outage of ours costs an attempt',
    file: 'src/serviceOrder/recovery.ts',
    search: "classes[errorClass] !== 'outage'",
    replace: 'classes[errorClass] !== undefined',
    tests: recoveryTests,
  },
  {
    name: 'what is needed is skipped',
    file: 'src/serviceOrder/recovery.ts',
    search: "return then === 'skip' && !optional ? 'hold' : then;",
    replace: "return then === 'undo' && optional ? 'undo' : then;",
    tests: recoveryTests,
  },
  {
    name: 'the least specific policy row decides',
    file: 'src/serviceOrder/recovery.ts',
    search: 'namedBy(row) > namedBy(best)',
    replace: 'namedBy(row) < namedBy(best)',
    tests: recoveryTests,
  },
];

const activation: readonly Mutant[] = [
  {
    name: 'another key in doubt',
    file: 'src/activation/attempt.ts',
    search: 'const another = first || step.decided ||',
    replace: "const another = first || step.decided || step.state === 'inDoubt' ||",
    tests: ['test/activation/attempt.test.ts'],
  },
  {
    name: 'the old key after a definite outcome',
    file: 'src/activation/attempt.ts',
    search: 'const another = first || step.decided ||',
    replace: 'const another = first ||',
    tests: ['test/activation/attempt.test.ts'],
  },
  {
    name: 'no read when in doubt',
    file: 'src/activation/attempt.ts',
    search:
      "step.state === 'attempting' ||\n      step.state === 'inDoubt' ||\n      (step.state === 'held' && !step.decided) ||\n      step.standing?.presence === 'doubtful',",
    replace: 'false,',
    tests: ['test/activation/attempt.test.ts'],
  },
  {
    name: 'version not conditional',
    file: 'src/activation/attempt.ts',
    search: "standing && standing.version !== '' ? { version: standing.version } : 'absent'",
    replace: "'absent'",
  },
  {
    name: 'footprint kept after revoke',
    file: 'src/activation/attempt.ts',
    search: "presence: 'absent' as const, key: attempt.key",
    replace: "presence: 'present' as const, key: attempt.key",
  },
  {
    name: 'doubt leaves no footprint',
    file: 'src/activation/attempt.ts',
    search: 'return doubtful ? doubtfulPrint(step, attempt) : undefined;',
    replace: 'return doubtful ? undefined : undefined;',
  },
  {
    name: 'an attempt nobody heard the end of is nothing to undo',
    file: 'src/activation/undo.ts',
    search: 'if (!isUnheard && isAsBefore(step))',
    replace: 'if (isAsBefore(step))',
  },
  {
    name: 'a step that only waited for its system is undone',
    file: 'src/activation/undo.ts',
    search: "if (step.attempt === 0) return 'nothing';",
    replace: '',
    tests: ['test/activation/unheard.test.ts'],
  },
  {
    name: 'undo writes back what stands instead of what stood before',
    file: 'src/activation/undo.ts',
    search: 'wanted: before?.values ?? {},',
    replace: 'wanted: standing?.values ?? {},',
  },
  {
    name: 'undo does not ask for the results of before',
    file: 'src/activation/undo.ts',
    search: '    ...(before && { wantedResults: before.results }),\n',
    replace: '',
    tests: ['test/activation/undo.test.ts'],
  },
  {
    name: 'undo of a doubtful object expects nothing there',
    file: 'src/activation/undo.ts',
    search: "return refusalOf(key, now) ?? { type: 'ours', expect: { version: now.version } };",
    replace: "return refusalOf(key, now) ?? { type: 'ours', expect: 'absent' };",
  },
  {
    name: 'undo leaves the footprint',
    file: 'src/activation/undo.ts',
    search: "standing && { ...standing, presence: 'absent' as const, key };",
    replace: 'standing && { ...standing, key };',
  },
  {
    name: 'late forward attempt not fenced',
    file: 'src/activation/fence.ts',
    search: "if (way === 'do' && step.way === 'undo') return step.over ? tooLate : fenced;",
    replace: '',
  },
  {
    name: 'read-back skipped',
    file: 'src/activation/judge.ts',
    search: '  if (!holdsValues(now.observed, wanted.values)) {',
    replace: '  if (!holdsValues(now.observed, {})) {',
  },
  {
    name: 'a revoke that did nothing is believed',
    file: 'src/activation/judge.ts',
    search: "return wrong('lied', 'stillThere', 'the system said it is gone, and shows it still');",
    replace: "return { type: 'effected', observed: {}, version: '' };",
  },
  {
    name: 'doubt judged as another’s write',
    file: 'src/activation/judge.ts',
    search: '  if (now.key === key) {\n',
    replace: "  if (now.key === '') {\n",
  },
  {
    name: 'doubt about a revoke judged as done',
    file: 'src/activation/judge.ts',
    search: "if (expect !== 'absent' && now.version === expect.version) return { type: 'withoutEffect' };",
    replace: "if (expect !== 'absent') return { type: 'effected', observed: {}, version: '' };",
  },
];

/** Steps whose systems report later. */
const reports: readonly Mutant[] = [
  {
    name: 'what is overdue never holds',
    file: 'src/serviceOrder/reports.ts',
    search: 'return givesUpAfterMs(run, id) > 0 ? arm(',
    replace: 'return givesUpAfterMs(run, id) > Number.NEGATIVE_INFINITY ? arm(',
    tests: ['test/serviceOrder/reports.test.ts', 'test/serviceOrder/advanceRandom.test.ts'],
  },
  {
    name: 'an overdue report leaves the step in silence',
    file: 'src/serviceOrder/judgement.ts',
    search: "return accepted === 'overdue' ? noteOverdue(run, id, jitter) : accepted;",
    replace: "return accepted === 'overdue' ? { run, commands: [] } : accepted;",
  },
  {
    name: 'a callback in the middle of an attempt is lost',
    file: 'src/serviceOrder/reports.ts',
    search: '  if (called && !staysCalled) return look(run, id);\n',
    replace: '',
  },
  {
    name: 'a callback in the middle of an attempt starts another one',
    file: 'src/serviceOrder/reports.ts',
    search: "state === 'attempting' || report?.looking === true || (state",
    replace: "state === 'attempting' || (state",
  },
  {
    name: 'a callback for what is held in doubt is ignored',
    file: 'src/serviceOrder/called.ts',
    search: 'return isOverdue(run, id) || isWorthALook(now);',
    replace: 'return isOverdue(run, id);',
    tests: ['test/serviceOrder/called.test.ts'],
  },
  {
    name: 'a callback asks again for what was answered for good',
    file: 'src/serviceOrder/judgement.ts',
    search: "trouble !== undefined && arrowOf(trouble.class) !== 'Refused')",
    replace: 'trouble !== undefined)',
    tests: ['test/serviceOrder/called.test.ts'],
  },
  {
    name: 'what a callback brought on costs an attempt',
    file: 'src/serviceOrder/judgement.ts',
    search: '(counted && !was.hurried ? 1 : 0)',
    replace: '(counted ? 1 : 0)',
    tests: ['test/serviceOrder/called.test.ts'],
  },
  {
    name: 'no timer is armed for a report',
    file: 'src/serviceOrder/reports.ts',
    search: "commands: [{ type: 'awaitReport', step: id, number, afterMs, givesUpAfterMs: givesUp }],",
    replace: 'commands: [],',
  },
  {
    name: 'a refusal after the acceptance counts as done',
    file: 'src/activation/judge.ts',
    search: "return judged.type === 'withoutEffect' ? (refusalOf(wanted.key, now) ?? judged) : judged;",
    replace:
      "return judged.type === 'withoutEffect' && refusalOf(wanted.key, now) ? { type: 'effected', observed: {}, version: '' } : judged;",
  },
  {
    name: 'what an accepted step left counts as nothing',
    file: 'src/activation/attempt.ts',
    search: 'const footprint = doubtfulPrint(step, attempt);',
    replace: 'const footprint = step.standing;',
  },
  {
    name: 'an undo writes while the system is still at the call',
    file: 'src/activation/undo.ts',
    search: "if (now.type === 'pending') return judgePending(isOwnKey(now.key));",
    replace: "if (now.type === 'pending') return { type: 'ours', expect: 'absent' };",
  },
  {
    name: 'an undo takes a call that is under way for nothing',
    file: 'src/activation/undo.ts',
    search: "if (now.type === 'pending') return judgePending(isOwnKey(now.key));",
    replace: "if (now.type === 'pending') return { type: 'effected', observed: {}, version: '' };",
  },
  {
    name: 'an undo begins while somebody looks',
    file: 'src/serviceOrder/retreat.ts',
    search: '  if (now.report?.looking) return false;\n',
    replace: '',
  },
];

const breakerTests = ['test/activation/breaker.test.ts'];
const breaker: readonly Mutant[] = [
  {
    name: 'breaker: a call that left before it opened delays the probe',
    file: 'src/activation/breaker.ts',
    search: "isOpen ? admitted === 'call' : sign === 'silent' && unheard.includes(by)",
    replace: "!isOpen && sign === 'silent' && unheard.includes(by)",
    tests: breakerTests,
  },
  {
    name: 'breaker: one step that is never answered opens it',
    file: 'src/activation/breaker.ts',
    search: "sign === 'silent' && unheard.includes(by)",
    replace: 'false',
    tests: breakerTests,
  },
  {
    name: 'a record counts again when its answer was lost',
    file: 'src/kernel/turn.ts',
    search: 'turn.number > last.number',
    replace: 'turn.number >= last.number',
    tests: ['test/kernel/turn.test.ts'],
  },
  {
    name: 'a run that was replaced still writes',
    file: 'src/kernel/turn.ts',
    search: 'turn.since >= last.since',
    replace: 'true',
    tests: ['test/kernel/turn.test.ts'],
  },
  {
    name: 'what nobody marked ends a watch in silence',
    file: 'src/activation/watch.ts',
    search: "return stands ? 'asBooked' : 'unmarked';",
    replace: "return 'asBooked';",
    tests: ['test/activation/watch.test.ts'],
  },
  {
    name: 'breaker: opens one failure late',
    file: 'src/activation/breaker.ts',
    search: 'failures >= settings.failures',
    replace: 'failures > settings.failures',
    tests: breakerTests,
  },
  {
    name: 'breaker: lets everything through once it is half open',
    file: 'src/activation/breaker.ts',
    search: "return { type: 'probe' };",
    replace: "return { type: 'call' };",
    tests: breakerTests,
  },
  {
    name: 'a probe in vain costs an attempt',
    file: 'src/serviceOrder/judgement.ts',
    search: 'const counted = costsAttempt(errorClass) && !outage;',
    replace: 'const counted = costsAttempt(errorClass);',
    tests: ['test/serviceOrder/advance.test.ts', 'test/serviceOrder/recovery.test.ts'],
  },
];

const order: readonly Mutant[] = [
  {
    name: 'roll-up: some completed is completed',
    file: 'src/order/rollUp.ts',
    search: "if (every('completed')) return 'completed';",
    replace: "if (some('completed')) return 'completed';",
  },
  {
    name: 'roll-up: partial told as failed',
    file: 'src/order/rollUp.ts',
    search: "if (some('completed') || (some('cancelled') && some('failed'))) return 'partial';",
    replace: '',
  },
  {
    name: 'roll-up: held though something moves',
    file: 'src/order/rollUp.ts',
    search: "(some('held') && !flags.moving)",
    replace: "some('held')",
    tests: ['test/order/rollUp.test.ts'],
  },
  {
    name: 'optional treated as mandatory',
    file: 'src/order/failure.ts',
    search: 'if ([...related].every((id) => optional.has(id))) return related;',
    replace: '',
  },
  {
    name: 'bestEffort as allOrNothing',
    file: 'src/order/failure.ts',
    search: "if (plan.onFailure === 'allOrNothing')",
    replace: 'if (plan.onFailure !== undefined)',
  },
  {
    name: 'allOrNothing as bestEffort',
    file: 'src/order/failure.ts',
    search: "if (plan.onFailure === 'allOrNothing')",
    replace: 'if (plan.onFailure === undefined)',
  },
  {
    name: 'what stands for good is taken down with the rest',
    file: 'src/order/failure.ts',
    search: '!standing.has(id) || isLost(id)',
    replace: 'id !== undefined || standing.has(id)',
  },
  {
    name: 'an abort forgets a ready sibling',
    file: 'src/order/failure.ts',
    search: '? new Set(run.plan.serviceOrders.map(({ id }) => id))\n    :',
    replace:
      "? new Set(run.plan.serviceOrders.map(({ id }) => id).filter((id) => child(run, id).state !== 'ready'))\n    :",
  },
  {
    name: 'an abort takes back what is past its point of no return',
    file: 'src/order/failure.ts',
    search: '(id) => !standing.has(id) ||',
    replace: '(id) => run.unwanted !== null || !standing.has(id) ||',
  },
  {
    name: 'an abort takes back items that are complete already',
    file: 'src/order/failure.ts',
    search: "run.items[item] === 'completed'",
    replace: 'item === undefined',
  },
  {
    name: 'a change goes back to what its foundation took away',
    file: 'src/order/failure.ts',
    search: '(inScope.has(id) ? ties.followers(id) : [])',
    replace: '(inScope.has(id) ? ties.followers(id).slice(0, 0) : [])',
  },
  {
    name: 'what is added upon a change that stands does not go with the order',
    file: 'src/order/ties.ts',
    search: 'changed.has(foundation) && changed.has(id)',
    replace: 'changed.has(foundation)',
  },
  {
    name: 'what fails alone stands because what it was changed upon does',
    file: 'src/order/failure.ts',
    search: '(inScope.has(id) ? ties.followers(id) : [])',
    replace: 'ties.followers(inScope.size > 0 ? id : id)',
    tests: ['test/order/changedUpon.test.ts'],
  },
  {
    name: 'compensated before what relies on it',
    file: 'src/order/failure.ts',
    search: "child(told, id).state === 'done' && isBare(told, ties, id)",
    replace: "child(told, id).state === 'done'",
  },
  {
    name: 'compensated while the rest may still turn out to stand',
    file: 'src/order/failure.ts',
    search: 'const clear = told.doomed.filter((id) => !unclear.has(id));',
    replace: 'const clear = told.doomed.filter((id) => unclear !== undefined && id !== undefined);',
  },
  {
    name: 'order settled, and its claims released, before all is taken back',
    file: 'src/order/run.ts',
    search: "const over: readonly ChildState[] = ['done',",
    replace: "const over: readonly ChildState[] = ['done', 'compensating',",
  },
  {
    name: 'takes away before all is built',
    file: 'src/order/advance.ts',
    search: '    everythingBuilt(run) &&\n    stillStanding',
    replace: '    stillStanding',
  },
  {
    name: 'starts before what it relies on',
    file: 'src/order/advance.ts',
    search: "  if (!serviceOrder.after.every((other) => isBuilt(run, other))) return 'nothing';\n",
    replace: '',
  },
  {
    name: 'the names of changed results are lost',
    file: 'src/order/advance.ts',
    search: 'child(run, id).changed.map(',
    replace: 'child(run, id).changed.slice(0, 0).map(',
    tests: ['test/order/advance.test.ts'],
  },
];

/** What people want: cancel, hold and resume, and commands about steps. */
const people: readonly Mutant[] = [
  {
    name: 'a service order that is asked goes on meanwhile',
    file: 'src/serviceOrder/advance.ts',
    search: "const asked = pause(run, 'assessment');",
    replace: 'const asked: Advanced = { run, commands: [] };',
  },
  {
    name: 'whoever is asked says that it could go back',
    file: 'src/serviceOrder/advance.ts',
    search: 'const stands = run.retreat === undefined && !mayTurnBack(run);',
    replace: 'const stands = run.retreat === undefined && run.steps === undefined;',
  },
  {
    name: 'what needs a person is told only where nothing else moves',
    file: 'src/serviceOrder/needs.ts',
    search: 'known.join() === needy.join() && (toldHeld || !isStuck)',
    replace: '(toldHeld || !isStuck)',
  },
  {
    name: 'a hold starts a retry over',
    file: 'src/serviceOrder/pause.ts',
    search: 'const afterMs = dueAtMs - run.nowMs;',
    replace: 'const afterMs = dueAtMs;',
    tests: ['test/serviceOrder/timers.test.ts'],
  },
  {
    name: 'nobody is told to go on after the question',
    file: 'src/order/wishes.ts',
    search: 'cancel.asked.filter((id) => !isDoomed(id)),',
    replace: 'cancel.asked.filter((id) => !isDoomed(id) && id.length === 0),',
  },
  {
    name: 'after the question what goes back is told to go on, too',
    file: 'src/order/wishes.ts',
    search: 'cancel.asked.filter((id) => !isDoomed(id)),',
    replace: 'cancel.asked,',
  },
  {
    name: 'after the question what vowed to stand does so, though it failed',
    file: 'src/order/advance.ts',
    search: 'standing: run.standing.filter((one) => one !== id),',
    replace: 'standing: run.standing,',
  },
  {
    name: 'a refused cancel leaves everybody waiting',
    file: 'src/order/wishes.ts',
    search: "    commands: tellAll('goOnServiceOrder', asked),\n",
    replace: '    commands: [],\n',
  },
  {
    name: 'a hold lets undos go on',
    file: 'src/serviceOrder/advance.ts',
    search: '  if (isPaused(run)) return { run, commands: [] };\n  return run.retreat',
    replace: '  if (isPaused(run) && !run.retreat) return { run, commands: [] };\n  return run.retreat',
  },
  {
    name: 'a resume forgets the timers',
    file: 'src/serviceOrder/pause.ts',
    search: 'return isPaused(before) && !isPaused(run) ? rearm(run) : { run, commands: [] };',
    replace: 'return isPaused(before) && run.plan === undefined ? rearm(run) : { run, commands: [] };',
  },
  {
    name: 'the word to stop leaves the question open',
    file: 'src/serviceOrder/advance.ts',
    search: "turnBack(withoutPause(before, 'assessment'), retreat, 'abort')",
    replace: "turnBack(withoutPause(before, 'hold'), retreat, 'abort')",
    tests: ['test/serviceOrder'],
  },
  {
    name: 'a cancel is accepted though nothing goes back',
    file: 'src/order/wishes.ts',
    search: 'if (leavingItems(granted).some((item) => !goesAnyway.includes(item))) {',
    replace: 'if (leavingItems(granted).length >= goesAnyway.length) {',
  },
  {
    name: 'what is left behind counts as taken back',
    file: 'src/serviceOrder/advance.ts',
    search: "return isLeftBehind(run) ? 'failed' : run.retreat.outcome;",
    replace: 'return run.retreat.outcome;',
    tests: ['test/serviceOrder'],
  },
  {
    name: 'a doubtful step is left out by a person',
    file: 'src/serviceOrder/commands.ts',
    search: 'return doubted || isOverdue(run, id)',
    replace: 'return doubted && isOverdue(run, id)',
  },
  {
    name: 'the same cancel counts twice',
    file: 'src/order/advance.ts',
    search: "if (event.type !== 'CancelRequested' || run.tasks.includes(event.task))",
    replace: "if (event.type !== 'CancelRequested')",
  },
  {
    name: 'roll-up: a hold is ignored',
    file: 'src/order/rollUp.ts',
    search: "if (flags.operatorHold || (some('held')",
    replace: "if ((some('held')",
  },
  {
    name: 'an undo that broke off forgets what nobody heard of',
    file: 'src/activation/undo.ts',
    search: ' || isHeldInDoubt(step);',
    replace: ';',
    tests: ['test/activation/unheard.test.ts'],
  },
  {
    name: 'an edit takes the earlier write of its step for another’s',
    file: 'src/activation/judge.ts',
    search: "  if (wanted.verb !== 'apply') return judgeDoubt(wanted, now);",
    replace: '  return judgeDoubt(wanted, now);',
  },
];

const decomposition: readonly Mutant[] = [
  {
    name: 'compensation edges not reversed',
    file: 'src/decomposition/compensation.ts',
    search: 'other.after.includes(name) ||',
    replace: 'step.after.includes(other.name) ||',
  },
  {
    name: 'compensation forgets what stood before',
    file: 'src/decomposition/compensation.ts',
    search: 'const way = before\n',
    replace: 'const way = before && before.key === undefined\n',
  },
  {
    name: 'delete in the order of building',
    file: 'src/decomposition/steps.ts',
    search: 'other.builtAfter.includes(footprintName(footprint)) ? [names.get(other) ?? other.step] : [],',
    replace: 'footprint.builtAfter.includes(footprintName(other)) ? [names.get(other) ?? other.step] : [],',
  },
  {
    name: 'dependants are not claimed',
    file: 'src/decomposition/claims.ts',
    search: ', ...serviceOrders.map(({ product }) => product)',
    replace: '',
    tests: ['test/decomposition/modify.test.ts', 'test/decomposition/reliance.test.ts'],
  },
  {
    name: 'what is relied on goes before what relies on it',
    file: 'src/decomposition/decompose.ts',
    search: "? other.action === 'delete' && Object.values(other.bindings).includes(draft.id)",
    replace: "? other.action === 'delete' && Object.values(draft.bindings).includes(other.id)",
    tests: ['test/decomposition/drawnPlans.test.ts'],
  },
  {
    name: 'what others rely on is taken away',
    file: 'src/decomposition/decompose.ts',
    search: '  refuseReliedOn(drafts, inventory);\n',
    replace: '',
    tests: ['test/decomposition/drawnPlans.test.ts'],
  },
  {
    name: 'steps wait for some that are not in their plan',
    file: 'src/decomposition/steps.ts',
    search: 'steps: [...contracted(steps, draft.specification), ...revoked],',
    replace: 'steps: [...steps, ...revoked],',
    tests: ['test/decomposition/drawnPlans.test.ts'],
  },
  {
    name: 'a refusal depends on how the catalogue is written down',
    file: 'src/decomposition/reliance.ts',
    search: '(one < other ? -1 : 1)',
    replace: '(one < other ? 0 : 0)',
    tests: ['test/decomposition/determinism.test.ts'],
  },
  {
    name: 'settled without its products: a failed add stays active',
    file: 'src/inventory/product.ts',
    search: "  add: 'Aborted',",
    replace: "  add: 'Activated',",
    tests: ['test/inventory/product.test.ts'],
  },
];

export const mutants: readonly Mutant[] = [
  ...serviceOrder,
  ...optionalPart,
  ...recovery,
  ...activation,
  ...reports,
  ...breaker,
  ...order,
  ...people,
  ...decomposition,
  ...books,
];
