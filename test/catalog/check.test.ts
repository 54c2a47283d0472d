import { describe, expect, test } from 'vitest';
import { checkCatalog } from '../../src/catalog/check.ts';
import { catalogOf } from './catalogFiles.ts';

const step = { system: 'ipam', object: "'x/' + service.id" };
const service = {
  serviceSpecification: 'ip',
  domain: 'ip',
  characteristics: { length: { type: 'integer', required: true }, label: { type: 'string' } },
  steps: {
    prefix: { ...step, results: { cidr: 'observed.cidr' } },
    route: { ...step, system: 'edge', after: ['prefix'], values: { cidr: 'steps.prefix.cidr' } },
  },
  results: { cidr: 'steps.prefix.cidr' },
};
const product = {
  productSpecification: 'static-ip',
  characteristics: { length: { type: 'integer', min: 28, max: 30, default: 29 }, note: { type: 'string' } },
  services: [{ specification: 'ip', map: { length: 'characteristics.length' } }],
};
const offering = { productOffering: 'ip-29', specification: 'static-ip', fixes: { length: 29 } };

function refusals(...documents: readonly unknown[]) {
  const checked = checkCatalog(catalogOf(...documents), ['ipam', 'edge']);
  return checked.ok ? [] : checked.refusals.map(({ code, entry, path }) => `${code} ${entry} ${path}`);
}
const ofService = (changes: object) => refusals({ ...service, ...changes });
const ofStep = (changes: object) => ofService({ steps: { prefix: { ...step, ...changes } }, results: {} });
const ofProduct = (changes: object) => refusals(service, { ...product, ...changes });
const ofOffering = (changes: object) => refusals(service, product, { ...offering, ...changes });

test('a sound catalogue has a snapshot named after its content', () => {
  const checked = checkCatalog(catalogOf(service, product, offering), ['ipam', 'edge']);
  expect(checked).toMatchObject({ ok: true, snapshot: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

describe('a service specification', () => {
  const at = 'serviceSpecification/ip';
  test.each<[string, object, string]>([
    ['without steps', { steps: {}, results: {} }, `noSteps ${at} steps`],
    [
      'on an unknown system',
      { steps: { prefix: { ...step, system: 'nowhere' } }, results: {} },
      `unknownSystem ${at} steps.prefix.system`,
    ],
    [
      'after a step that is not there',
      { steps: { prefix: { ...step, after: ['gone'] } }, results: {} },
      `unknownReference ${at} steps.prefix.after`,
    ],
    [
      'relying on what is not there',
      { reliesOn: { access: { specification: 'gone' } } },
      `unknownReference ${at} reliesOn.access.specification`,
    ],
    ['relying on itself', { reliesOn: { self: { specification: 'ip' } } }, `cycle ${at} reliesOn`],
    [
      'with a result nobody makes',
      { results: { cidr: 'steps.route.cidr' } },
      `unknownName ${at} results.cidr`,
    ],
    [
      'with limits that leave nothing',
      { characteristics: { length: { type: 'integer', min: 2, max: 1 } } },
      `limitInvalid ${at} characteristics.length.max`,
    ],
    [
      'with a default out of its limits',
      { characteristics: { length: { type: 'integer', max: 1, default: 2 } } },
      `defaultInvalid ${at} characteristics.length.default`,
    ],
    [
      'with a length of a number',
      { characteristics: { length: { type: 'integer', maxLength: 2 } } },
      `limitInvalid ${at} characteristics.length.maxLength`,
    ],
    [
      'with a value of another type',
      { characteristics: { length: { type: 'integer', values: ['1'] } } },
      `limitInvalid ${at} characteristics.length.values.0`,
    ],
  ])('%s is refused', (_, changes, refusal) => {
    expect(ofService(changes)).toContain(refusal);
  });

  test.each<[string, object, string]>([
    ['an object every service would share', { object: "'x'" }, 'objectConstant steps.prefix.object'],
    ['an object that is no text', { object: 'characteristics.length' }, 'mistyped steps.prefix.object'],
    ['an object that depends on results', { object: 'steps.route.cidr' }, 'notReadable steps.prefix.object'],
    [
      'a value that reads an unset characteristic',
      { values: { label: 'characteristics.label' } },
      'mayBeUnset steps.prefix.values.label',
    ],
    [
      'a value that reads what a system shows',
      { values: { a: 'observed.a' } },
      'notReadable steps.prefix.values.a',
    ],
    [
      'a result that reads a characteristic',
      { results: { a: 'characteristics.length' } },
      'notReadable steps.prefix.results.a',
    ],
    ['a value that does not parse', { values: { a: '1 +' } }, 'unparsable steps.prefix.values.a'],
    ['an endless expression', { values: { a: `'${'x'.repeat(1_000)}'` } }, 'tooLong steps.prefix.values.a'],
  ])('%s is refused', (_, changes, refusal) => {
    const [code, path] = refusal.split(' ');
    expect(ofStep(changes)).toEqual([`${code} ${at} ${path}`]);
  });

  test('an unset characteristic may be read where has() asks first', () => {
    expect(ofStep({ values: { label: "has(characteristics.label) ? characteristics.label : ''" } })).toEqual(
      [],
    );
  });

  test('a value reads the results of all earlier steps and of no other', () => {
    const third = {
      ...step,
      system: 'edge',
      object: "'y/' + service.id",
      values: { cidr: 'steps.prefix.cidr' },
    };
    expect(ofService({ steps: { ...service.steps, third: { ...third, after: ['route'] } } })).toEqual([]);
    expect(ofService({ steps: { ...service.steps, third } })).toEqual([
      `unknownName ${at} steps.third.values.cidr`,
    ]);
  });

  test('steps that wait for each other are refused', () => {
    const steps = { a: { ...step, after: ['b'] }, b: { ...step, system: 'edge', after: ['a'] } };
    expect(ofService({ steps, results: {} })).toEqual([`cycle ${at} steps.a.after`]);
  });

  test('two steps on one object are refused', () => {
    expect(ofService({ steps: { a: step, b: step }, results: {} })).toEqual([
      `objectShared ${at} steps.b.object`,
    ]);
  });

  test('more than a hundred steps are refused', () => {
    const steps = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`s${index}`, step]));
    expect(ofService({ steps, results: {} })).toEqual([`tooMany ${at} steps`]);
  });

  test('more than two hundred characteristics are refused', () => {
    const names = Array.from({ length: 201 }, (_, index) => `c${index}`);
    const characteristics = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    expect(ofService({ characteristics })).toEqual([`tooMany ${at} characteristics`]);
  });
});

describe('a product specification', () => {
  const at = 'productSpecification/static-ip';
  const using = (use: object) => ofProduct({ services: [{ specification: 'ip', ...use }] });
  const map = { length: 'characteristics.length' };

  test.each<[string, object, string]>([
    ['of an unknown service', { specification: 'gone' }, 'unknownReference services.0.specification'],
    ['that leaves a requirement open', { map: {} }, 'notMapped services.0.map'],
    ['that tells what nobody asks', { map: { ...map, other: '1' } }, 'unknownName services.0.map.other'],
    ['that tells a text for a number', { map: { length: "'29'" } }, 'mistyped services.0.map.length'],
    [
      'that reads what it has not',
      { map: { length: 'characteristics.other' } },
      'unknownName services.0.map.length',
    ],
    ['on a condition that is none', { map, when: 'characteristics.length' }, 'mistyped services.0.when'],
    [
      'on a condition without value',
      { map, when: "characteristics.note == ''" },
      'mayBeUnset services.0.when',
    ],
  ])('%s is refused', (_, use, refusal) => {
    const [code, path] = refusal.split(' ');
    expect(using(use)).toEqual([`${code} ${at} ${path}`]);
  });

  test('a mapping may pass on what has no value', () => {
    expect(using({ map: { ...map, label: 'characteristics.note' } })).toEqual([]);
  });

  test('one service twice is refused', () => {
    const use = { specification: 'ip', map };
    expect(ofProduct({ services: [use, use] })).toEqual([`serviceRepeated ${at} services.1`]);
  });
});

describe('a product offering', () => {
  const at = 'productOffering/ip-29';
  test.each<[string, object, string]>([
    ['of nothing', { specification: 'gone' }, 'unknownReference specification'],
    ['that fixes what is not there', { fixes: { other: 1 } }, 'unknownName fixes.other'],
    ['that fixes what is impossible', { fixes: { length: 31 } }, 'valueInvalid fixes.length'],
    ['that fixes a text for a number', { fixes: { length: '29' } }, 'valueInvalid fixes.length'],
    ['that limits what is not there', { allows: { other: {} } }, 'unknownName allows.other'],
    ['that limits what it fixes', { allows: { length: { min: 29 } } }, 'fixedAndAllowed allows.length'],
    ['that widens a limit', { fixes: {}, allows: { length: { max: 31 } } }, 'limitInvalid allows.length'],
    [
      'that allows the impossible',
      { fixes: {}, allows: { length: { values: [31] } } },
      'valueInvalid allows.length.values.0',
    ],
    [
      'that bundles what is not there',
      { bundles: [{ offering: 'gone' }] },
      'unknownReference bundles.0.offering',
    ],
    ['that bundles itself', { bundles: [{ offering: 'ip-29' }] }, 'cycle bundles'],
  ])('%s is refused', (_, changes, refusal) => {
    const [code, path] = refusal.split(' ');
    expect(ofOffering(changes)).toContain(`${code} ${at} ${path}`);
  });

  test('limits narrower than the specification are accepted', () => {
    expect(ofOffering({ fixes: {}, allows: { length: { min: 29, max: 30 } } })).toEqual([]);
    expect(ofOffering({ fixes: {}, allows: { length: { values: [28, 30] } } })).toEqual([]);
  });

  test('bundles of bundles that multiply beyond the limit are refused', () => {
    const level = (id: string, part: string) => ({
      ...offering,
      productOffering: id,
      bundles: Array.from({ length: 10 }, () => ({ offering: part })),
    });
    const levels = [level('b1', 'ip-29'), level('b2', 'b1'), level('b3', 'b2')];
    expect(refusals(service, product, offering, ...levels)).toEqual([
      'tooMany productOffering/b2 bundles',
      'tooMany productOffering/b3 bundles',
    ]);
  });
});
