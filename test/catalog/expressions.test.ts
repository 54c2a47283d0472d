import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compile,
  evaluate,
  evaluateCondition,
  evaluateObject,
  evaluateText,
  type ExpressionContext,
  readsOf,
  readsOfText,
} from '../../src/catalog/expressions.ts';

const context: ExpressionContext = {
  service: true,
  characteristics: { length: 'integer', ratio: 'number', label: 'string', on: 'boolean' },
  steps: { prefix: ['cidr'] },
  reliesOn: { access: ['vlan'] },
  mayBeUnset: new Set(['label']),
  answer: 'json',
};
const types = { length: 'integer', ratio: 'number', label: 'string', on: 'boolean' };
const bindings = {
  service: { id: 's1' },
  characteristics: { length: 29, ratio: 2, on: true },
  steps: { prefix: { cidr: '10.0.0.0/29' } },
  reliesOn: { access: { vlan: 100 } },
  observed: { vlan: 5, 'admin-state': 'up', ports: [{ up: false }, { up: true }], nothing: null },
};

describe('values', () => {
  test.each<[string, unknown]>([
    ['characteristics.length + 1', 30],
    ['characteristics.ratio * 1.5', 3],
    ['characteristics.length > 28 && characteristics.on', true],
    ["'prefix/' + service.id", 'prefix/s1'],
    ['steps.prefix.cidr', '10.0.0.0/29'],
    ["int(steps.prefix.cidr.split('/')[1]) == characteristics.length", true],
    ['reliesOn.access.vlan + 1', 101],
    ["observed['admin-state']", 'up'],
    ['observed.ports.exists(port, port.up)', true],
    ['observed.ports.map(port, port.up)', [false, true]],
    ['observed.nothing', null],
    ['observed.ports', [{ up: false }, { up: true }]],
    ["has(characteristics.label) ? characteristics.label : 'none'", 'none'],
    ['has(steps.other.result)', false],
    ["{'vlan': observed.vlan, 'tags': ['a', 1, 2.5, null]}", { vlan: 5, tags: ['a', 1, 2.5, null] }],
    ['-0.0', 0],
  ])('%s', (text, value) => {
    expect(evaluateText(text, bindings, types)).toEqual({ ok: true, value });
  });

  test('an integer enters as int and a number as double, as they were type-checked', () => {
    expect(evaluateText('characteristics.length / 2', bindings, types)).toEqual({ ok: true, value: 14 });
    expect(evaluateText('characteristics.ratio / 4.0', bindings, types)).toEqual({ ok: true, value: 0.5 });
    expect(evaluateText('characteristics.ratio / 4', bindings, {})).toEqual({ ok: true, value: 0 });
  });
});

describe('refusals', () => {
  test.each<[string, string]>([
    ['characteristics.label', 'characteristicUnset'],
    ["characteristics['label']", 'characteristicUnset'],
    ['steps.prefix.other', 'valueMissing'],
    ['steps.other.cidr', 'valueMissing'],
    ['observed.ports[7]', 'notComputable'],
    ['1 / 0', 'notComputable'],
    ['reliesOn.access.vlan * 1.5', 'notComputable'],
    ['9007199254740992', 'numberUnsafe'],
    ['1.0 / 0.0', 'numberUnsafe'],
    ['0.0 / 0.0', 'numberUnsafe'],
    ["'\\u0000'", 'textInvalid'],
    ["'\u{1F600}'.substring(0, 1)", 'textInvalid'],
    ['steps.prefix', 'wholeRead'],
    ['characteristics', 'wholeRead'],
    ['observed[service.id]', 'wholeRead'],
    ['other', 'unknownVariable'],
    ["service.id.matches('(a+)+b')", 'functionNotAllowed'],
    ["timestamp('2024-01-01T00:00:00Z')", 'functionNotAllowed'],
    ['[1].map(a, [1].map(b, b))', 'nestedIteration'],
    ['[1].map(a, a + a)', 'nestedIteration'],
    ["['a,b'].map(a, a.split(','))", 'nestedIteration'],
    ["['a', 'b'].join('-')", 'functionNotAllowed'],
    ['[1].map(steps, steps)', 'shadowedVariable'],
    ["{'__proto__': 1}", 'keyNotAllowed'],
    ['{1: 2}', 'keyNotAllowed'],
    ["b'bytes'", 'notAllowed'],
    ['1u', 'notAllowed'],
    ['1 +', 'unparsable'],
    ['', 'unparsable'],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, 'unparsable'],
    [`'${'x'.repeat(1_000)}'`, 'tooLong'],
  ])('%s is %s', (text, code) => {
    expect(evaluateText(text, bindings, types)).toMatchObject({ ok: false, code });
  });

  test('a value too large to work on is refused instead of read', () => {
    const observed = { list: Array.from({ length: 1_001 }, () => 1), text: 'x'.repeat(16_385) };
    expect(evaluateText('observed.list.size()', { observed })).toMatchObject({ code: 'valueTooLarge' });
    expect(evaluateText('observed.text', { observed })).toMatchObject({ code: 'valueTooLarge' });
  });

  test('an answer too large to keep is refused', () => {
    const observed = { list: Array.from({ length: 900 }, () => 1), text: 'x'.repeat(1_000) };
    expect(evaluateText('observed.list.map(i, observed.text)', { observed })).toMatchObject({
      code: 'valueTooLarge',
    });
  });

  test('a number no double holds exactly does not enter', () => {
    const observed = { size: 2 ** 53 };
    expect(evaluateText('observed.size', { observed })).toMatchObject({ code: 'numberUnsafe' });
  });

  test('a fraction declared to be an integer does not enter', () => {
    expect(evaluateText('characteristics.length', { characteristics: { length: 1.5 } }, types)).toMatchObject(
      {
        code: 'valueMistyped',
      },
    );
  });
});

describe('when a catalogue is saved', () => {
  test.each<[string, string]>([
    ['characteristics.length + 1.0', 'mistyped'],
    ['characteristics.length == "29"', 'mistyped'],
    ['characteristics.on ? 1 : "one"', 'mistyped'],
    ['characteristics.other', 'unknownName'],
    ['characteristics.toString', 'unknownName'],
    ['has(characteristics.other)', 'unknownName'],
    ['service.name', 'unknownName'],
    ['steps.prefix.other', 'unknownName'],
    ['steps.other.cidr', 'unknownName'],
    ['reliesOn.other.vlan', 'unknownName'],
    ['observed.vlan', 'notReadable'],
    ['characteristics.label', 'mayBeUnset'],
    ['service.id.matches("a")', 'functionNotAllowed'],
  ])('%s is %s', (text, code) => {
    expect(compile(text, context)).toMatchObject({ ok: false, code });
  });

  test.each<[ExpressionContext['answer'], string]>([
    ['bool', 'characteristics.length'],
    ['string', 'characteristics.length'],
    ['string', 'characteristics.on'],
  ])('where a %s is needed, %s is refused', (answer, text) => {
    expect(compile(text, { ...context, answer })).toMatchObject({ ok: false, code: 'mistyped' });
  });

  test('the program tells its type and all it reads, tested or not', () => {
    const text =
      "has(characteristics.label) ? steps.prefix.cidr + characteristics.label : 'vlan/' + string(reliesOn.access.vlan)";
    const compiled = compile(text, context);
    expect(compiled).toMatchObject({ ok: true, program: { type: 'string' } });
    const reads = ['characteristics.label', 'reliesOn.access.vlan', 'steps.prefix.cidr'];
    expect(compiled.ok && readsOf(compiled.program)).toEqual(reads);
    expect(readsOfText(text)).toEqual(reads);
  });

  test('a program evaluates as its text does', () => {
    const compiled = compile('characteristics.length > 28', { ...context, answer: 'bool' });
    expect(compiled.ok && evaluate(compiled.program, bindings)).toEqual({ ok: true, value: true });
  });

  test('a value of unknown type that turns out not to be the needed one is refused when evaluated', () => {
    const compiled = compile('steps.prefix.cidr', { ...context, answer: 'bool' });
    expect(compiled.ok && evaluate(compiled.program, bindings)).toMatchObject({
      ok: false,
      code: 'mistyped',
    });
  });
});

describe('conditions and objects', () => {
  test('a condition is true or false and nothing else', () => {
    expect(evaluateCondition('characteristics.on', bindings, types)).toEqual({ ok: true, value: true });
    expect(evaluateCondition('characteristics.length', bindings, types)).toMatchObject({ code: 'mistyped' });
  });

  test('an object has a name that fits a URL', () => {
    expect(evaluateObject("'line/' + service.id", bindings)).toEqual({ ok: true, value: 'line/s1' });
    for (const text of ["''", "'../' + service.id", "'a//b'", "'a b'", "'/a'", "'ä'"]) {
      expect(evaluateObject(text, bindings)).toMatchObject({ code: 'objectInvalid' });
    }
    expect(evaluateObject('characteristics.length', bindings, types)).toMatchObject({ code: 'mistyped' });
  });
});

describe('whatever comes', () => {
  const json = fc.jsonValue().map((value) => value as never);

  test('no text and no binding makes an evaluation throw', () => {
    fc.assert(
      fc.property(fc.string(), json, (text, value) => {
        expect(evaluateText(text, { observed: value, characteristics: value }).ok).toBeTypeOf('boolean');
      }),
    );
  });

  test('a parsed text serves values of any type, one after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.string(), fc.boolean()), { minLength: 1 }), (values) => {
        for (const value of values) {
          const doubled = evaluateText('observed.value + observed.value', { observed: { value } });
          if (typeof value === 'boolean') expect(doubled).toMatchObject({ code: 'notComputable' });
          else expect(doubled).toEqual({ ok: true, value: (value as number) + (value as number) });
        }
      }),
    );
  });

  test('JSON that is only passed on stays as it is', () => {
    const plain = fc.jsonValue({ maxDepth: 3 }).filter((value) => passes(value));
    fc.assert(
      fc.property(plain, (value) => {
        const passed = evaluateText('observed.value', { observed: { value: value as never } });
        expect(JSON.stringify(passed)).toBe(JSON.stringify({ ok: true, value }));
      }),
    );
  });
});

/** Within what a double holds and text can be; the rest is refused, as other tests claim. */
function passes(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value === 'string') return !/\0|\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, entry]) => passes(name) && passes(entry));
}
