import { describe, expect, test } from 'vitest';
import { parseAuthored } from '../../src/catalog/authored.ts';
import { checkCatalog } from '../../src/catalog/check.ts';
import { durationMs } from '../../src/catalog/durations.ts';
import { snapshotOf } from '../../src/catalog/snapshot.ts';
import type { LastResort } from '../../src/serviceOrder/recovery.ts';
import { row } from '../serviceOrder/policyRow.ts';
import { catalogOf, entryOf } from './catalogFiles.ts';

const retry = { attempts: 8, from: '2s', upTo: '2m' };
const service = {
  serviceSpecification: 'ip',
  domain: 'ip',
  steps: {
    prefix: { system: 'ipam', object: "'prefix/' + service.id", results: { cidr: 'observed.cidr' } },
    route: {
      system: 'edge',
      after: ['prefix'],
      object: "'route/' + service.id",
      values: { cidr: 'steps.prefix.cidr' },
      pointOfNoReturn: true,
    },
    label: { system: 'ipam', object: "'label/' + service.id", optional: true },
    graph: { system: 'nms', object: "'graph/' + service.id", optional: true },
  },
};
const product = {
  productSpecification: 'static-ip',
  services: [{ specification: 'ip', optional: true }],
};
const offering = { productOffering: 'ip-29', specification: 'static-ip', onFailure: 'bestEffort' };
const bundle = {
  productOffering: 'all',
  specification: 'static-ip',
  bundles: [{ offering: 'ip-29', optional: true }],
};

const systems = ['ipam', 'edge', 'nms', 'olt'];
function refusals(changes: object) {
  const checked = checkCatalog(catalogOf({ ...service, ...changes }), systems);
  return checked.ok
    ? []
    : checked.refusals.map(({ code, entry, path }) => `${code} ${entry.slice(21)} ${path}`);
}
const ofRows = (...recovery: readonly object[]) => refusals({ recovery });
const at = (found: string) => found.replace(' ', ' ip ');

test('a catalogue that says all about trouble is sound, and keeps it as it was written', () => {
  const recovery = [row('hold', { system: 'ipam', class: 'throttled', retry })];
  const catalog = catalogOf({ ...service, recovery }, product, offering, bundle);
  expect(checkCatalog(catalog, systems)).toMatchObject({ ok: true });
  expect(catalog).toMatchObject({
    serviceSpecifications: { ip: { recovery, steps: { label: { optional: true } } } },
    productSpecifications: { 'static-ip': { services: [{ optional: true }] } },
    productOfferings: {
      'ip-29': { onFailure: 'bestEffort' },
      all: { bundles: [{ offering: 'ip-29', optional: true }] },
    },
  });
});

test('a catalogue that says nothing about trouble keeps its name', () => {
  const plain = [
    { serviceSpecification: 's', domain: 'd', steps: { a: { system: 'x', object: 'service.id' } } },
    { productSpecification: 'p', services: [{ specification: 's' }] },
    { productOffering: 'o', specification: 'p' },
    { productOffering: 'b', specification: 'p', bundles: [{ offering: 'o' }] },
  ];
  expect(snapshotOf(catalogOf(...plain)).hash).toBe(
    '119ee78951b34e4917a840ec89acd43933bb29da814b14dd07e1fbdf0068a2d8',
  );
});

describe('a row', () => {
  test.each<[string, object, string]>([
    ['without an end', { system: 'ipam' }, 'recovery.0.then'],
    ['with an unknown end', row('forget' as LastResort, {}), 'recovery.0.then'],
    ['of an unknown class', row('hold', { class: 'sad' }), 'recovery.0.class'],
    ['with a code that no system may answer', row('hold', { code: 'a b' }), 'recovery.0.code'],
    ['without a single try', row('hold', { retry: { ...retry, attempts: 0 } }), 'recovery.0.retry.attempts'],
    [
      'with endless tries',
      row('hold', { retry: { ...retry, attempts: 1_001 } }),
      'recovery.0.retry.attempts',
    ],
    ['with half of its tries', row('hold', { retry: { attempts: 2, from: '2s' } }), 'recovery.0.retry.upTo'],
    ['with more than it may have', row('hold', { after: '2s' }), 'recovery.0.after'],
  ])('%s is refused at its place', (_, given, path) => {
    const parsed = parseAuthored({ ...service, recovery: [given] });
    expect(parsed).toMatchObject({ ok: false, refusal: { entry: 'serviceSpecification/ip', path } });
  });

  test.each(['2', '2 s', '0s', '-2s', '1.5s', '2w', 's', '', '367d', '9999999999ms'])(
    'a wait of "%s" is refused',
    (from) => {
      const parsed = parseAuthored({ ...service, recovery: [row('hold', { retry: { ...retry, from } })] });
      expect(parsed).toMatchObject({
        ok: false,
        refusal: { code: 'malformed', path: 'recovery.0.retry.from' },
      });
    },
  );

  test.each<[string, object, string]>([
    ['for a step that is not there', row('hold', { step: 'gone' }), 'unknownReference recovery.0.step'],
    ['for what every object inherits', row('hold', { step: 'toFixed' }), 'unknownReference recovery.0.step'],
    ['for a system no step uses', row('hold', { system: 'olt' }), 'systemUnused recovery.0.system'],
    [
      'for a system its step does not use',
      row('hold', { step: 'prefix', system: 'edge' }),
      'systemUnused recovery.0.system',
    ],
    ['for our own outage', row('hold', { class: 'ours' }), 'classWithoutPolicy recovery.0.class'],
    ['for a system away', row('hold', { class: 'unavailable' }), 'classWithoutPolicy recovery.0.class'],
    [
      'whose waits shrink',
      row('hold', { retry: { attempts: 2, from: '2m', upTo: '119s' } }),
      'limitInvalid recovery.0.retry.upTo',
    ],
    ['that skips a step that is needed', row('skip', { step: 'prefix' }), 'notOptional recovery.0.then'],
    [
      'that skips on a system with such a step',
      row('skip', { system: 'ipam' }),
      'notOptional recovery.0.then',
    ],
    ['that skips anything', row('skip', { class: 'refused' }), 'notOptional recovery.0.then'],
  ])('%s is refused', (_, given, refusal) => {
    expect(ofRows(given)).toEqual([at(refusal)]);
  });

  test.each<[string, object]>([
    ['that skips an optional step', row('skip', { step: 'label' })],
    ['that skips whatever a system does, all of it optional', row('skip', { system: 'nms' })],
    ['that names nothing', row('hold', {})],
  ])('%s is accepted', (_, given) => {
    expect(ofRows(given)).toEqual([]);
  });

  test('beyond the twentieth is refused', () => {
    const rows = Array.from({ length: 21 }, (_, index) => row('hold', { code: `c${index}` }));
    expect(ofRows(...rows)).toEqual([at('tooMany recovery')]);
    expect(ofRows(...rows.slice(1))).toEqual([]);
  });
});

describe('two rows', () => {
  const end: LastResort = 'hold';
  test.each<[string, object, object]>([
    ['that name the same', { step: 'prefix' }, { step: 'prefix' }],
    ['that name nothing', {}, {}],
    ['a step and its system', { step: 'prefix' }, { system: 'ipam' }],
    ['a class and a code', { class: 'refused' }, { code: 'full' }],
    ['a step and a class', { step: 'prefix' }, { class: 'refused' }],
    [
      'of one system, by class and by code',
      { system: 'ipam', class: 'refused' },
      { system: 'ipam', code: 'x' },
    ],
  ])('%s cannot decide between them and are refused', (_, one, other) => {
    expect(ofRows(row(end, one), row(end, other))).toEqual([at('policyAmbiguous recovery.1')]);
    expect(ofRows(row(end, other), row(end, one))).toEqual([at('policyAmbiguous recovery.1')]);
  });

  test.each<[string, object, object]>([
    ['of which one names more', { step: 'prefix' }, { step: 'prefix', class: 'refused' }],
    ['for two steps', { step: 'prefix' }, { step: 'label' }],
    ['for two classes', { class: 'refused' }, { class: 'invalid' }],
    ['for a step and another system', { step: 'prefix' }, { system: 'edge' }],
    ['for two codes of one class', { class: 'refused', code: 'x' }, { class: 'refused', code: 'y' }],
  ])('%s are accepted', (_, one, other) => {
    expect(ofRows(row(end, one), row(end, other))).toEqual([]);
  });
});

describe('an optional step', () => {
  const reading = (text: string) => ({
    steps: {
      ...service.steps,
      prefix: { ...service.steps.prefix, optional: true },
      route: { ...service.steps.route, values: { cidr: text } },
    },
  });

  test.each(['steps.prefix.cidr', 'has(steps.prefix.cidr)', "'x' + steps['prefix'].cidr"])(
    'cannot be read by another step: %s',
    (text) => {
      expect(refusals(reading(text))).toContain(at('mayBeSkipped steps.route.values.cidr'));
    },
  );

  test('may come before another step, and give a result of the service', () => {
    expect(refusals({ ...reading('1'), results: { cidr: 'steps.prefix.cidr' } })).toEqual([]);
  });
});

test.each([
  ['500ms', 500],
  ['2s', 2_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['3d', 259_200_000],
])('%s are %d milliseconds', (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});

test('what is written as not optional is not left out of the entry', () => {
  expect(entryOf({ ...bundle, bundles: [{ offering: 'ip-29', optional: false }] })).toMatchObject({
    bundles: [{ offering: 'ip-29', optional: false }],
  });
});

test('an unknown failure mode is refused', () => {
  expect(parseAuthored({ ...offering, onFailure: 'never' })).toMatchObject({
    ok: false,
    refusal: { code: 'malformed', path: 'onFailure' },
  });
});

describe('a step whose system reports later', () => {
  const { prefix } = service.steps;
  const reporting = (reports: object) => ({
    steps: { ...service.steps, prefix: { ...prefix, reports } },
  });

  test('says how long that may take and how often it is asked meanwhile', () => {
    expect(refusals(reporting({ within: '2d', poll: '1h' }))).toEqual([]);
    expect(refusals(reporting({ within: '1h', poll: '1h' }))).toEqual([]);
  });

  test.each([
    [{ within: '1h', poll: '2h' }, 'longer'],
    [{ within: '2d', poll: '1m' }, 'more often than a system may be asked'],
  ])('%j is refused: %s', (reports) => {
    expect(refusals(reporting(reports))).toEqual([at('limitInvalid steps.prefix.reports.poll')]);
  });

  test.each([
    [{ within: '2 days', poll: '1h' }, 'within'],
    [{ within: '367d', poll: '1d' }, 'within'],
    [{ within: '2d', poll: 60 }, 'poll'],
    [{ within: '2d' }, 'poll'],
    [{ within: '2d', poll: '1h', end: 'hold' }, 'end'],
  ] as const)('%j is malformed', (reports, path) => {
    const parsed = parseAuthored({ ...service, ...reporting(reports) });
    expect(parsed).toMatchObject({ ok: false, refusal: { path: `steps.prefix.reports.${path}` } });
  });
});
