import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActivationAdapter, Expectation, StepCall } from '../../../src/activation/adapter.ts';

/** A system that holds objects with any values and is observed by an outside judge. */
export interface ContractSubject {
  readonly adapter: ActivationAdapter;
  /** The keys of the mutations that took effect, in order. */
  effects(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the engine relies on, whatever kind of system is behind the adapter. */
export function describeAdapterContract(name: string, open: () => Promise<ContractSubject>): void {
  describe(`the adapter contract: ${name}`, () => {
    let subject: ContractSubject;
    const signal = new AbortController().signal;
    const call = (key: string, expect: Expectation, more: Partial<StepCall> = {}): StepCall => ({
      object: 'route/1',
      values: { size: 1 },
      correlationId: `correlation-${key}`,
      ...more,
      key,
      expect,
    });
    const apply = (...given: Parameters<typeof call>) => subject.adapter.apply(call(...given), signal);
    const revoke = (...given: Parameters<typeof call>) => subject.adapter.revoke(call(...given), signal);
    const read = () => subject.adapter.read(call('read', 'absent'), signal);
    const create = async () => {
      const outcome = await apply('create', 'absent');
      expect(outcome).toMatchObject({ type: 'done' });
      return { version: outcome.type === 'done' ? outcome.version : '' };
    };

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    test('an applied object is there with its values, under the key of its last write', async () => {
      const { version } = await create();
      const expected = { type: 'present', observed: { size: 1 }, version, key: 'create' };
      expect(await read()).toMatchObject(expected);
      const changed = await apply('change', { version }, { values: { size: 2 } });
      expect(changed).toMatchObject({ type: 'done', observed: { size: 2 } });
      expect(await read()).toMatchObject({ observed: { size: 2 }, key: 'change' });
    });

    test('a revoked object is absent', async () => {
      const expected = await create();
      expect(await revoke('revoke', expected)).toEqual({ type: 'done', observed: {}, version: '' });
      expect(await read()).toEqual({ type: 'absent' });
    });

    test('revoking what is not there is done, without effect', async () => {
      expect(await revoke('revoke', 'absent')).toEqual({ type: 'done', observed: {}, version: '' });
      expect(await revoke('again', { version: '1' })).toMatchObject({ type: 'done' });
      expect(await subject.effects()).toEqual([]);
    });

    test('each verb repeated under its key answers the same and acts once', async () => {
      const first = await apply('create', 'absent');
      expect(await apply('create', 'absent')).toEqual(first);
      const version = first.type === 'done' ? first.version : '';
      const gone = await revoke('revoke', { version });
      expect(await revoke('revoke', { version })).toEqual(gone);
      expect(await subject.effects()).toEqual(['create', 'revoke']);
    });

    test('an object that is there is a conflict for who expects none', async () => {
      await create();
      expect(await apply('other', 'absent')).toMatchObject({ type: 'refused', class: 'conflict' });
      expect(await revoke('other', 'absent')).toMatchObject({ type: 'refused', class: 'conflict' });
      expect(await subject.effects()).toEqual(['create']);
    });

    test('an object at another version is drift for who expects this one', async () => {
      const old = await create();
      await apply('change', old, { values: { size: 2 } });
      expect(await apply('late', old, { values: { size: 3 } })).toMatchObject({
        type: 'refused',
        class: 'drift',
      });
      expect(await revoke('late', old)).toMatchObject({ type: 'refused', class: 'drift' });
      expect(await subject.effects()).toEqual(['create', 'change']);
    });

    test('a call given up before it began is surely not sent', async () => {
      const given = AbortSignal.abort();
      const expected = { name: 'CallFailed', failure: 'notSent' };
      await expect(subject.adapter.apply(call('a', 'absent'), given)).rejects.toMatchObject(expected);
      await expect(subject.adapter.revoke(call('a', 'absent'), given)).rejects.toMatchObject(expected);
      await expect(subject.adapter.read(call('a', 'absent'), given)).rejects.toMatchObject(expected);
      expect(await subject.effects()).toEqual([]);
    });
  });
}
