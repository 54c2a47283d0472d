import type { ActivationAdapter } from '../../src/activation/adapter.ts';
import { createHttpAdapter } from './http.ts';

export const adapterNames = ['http'] as const;
export type AdapterName = (typeof adapterNames)[number];

/** A new kind of system is one file and one line here. */
const makers = {
  http: createHttpAdapter,
} satisfies Record<
  AdapterName,
  (options: { readonly address: string; readonly timeoutMs: number }) => ActivationAdapter
>;

const isAdapterName = (name: string): name is AdapterName =>
  (adapterNames as readonly string[]).includes(name);

/** One adapter for each address, made when it is first needed. */
export function createAdapters(timeoutMs: number): (adapter: string, address: string) => ActivationAdapter {
  const made = new Map<string, ActivationAdapter>();
  return (adapter, address) => {
    const known = made.get(`${adapter} ${address}`);
    if (known !== undefined) return known;
    if (!isAdapterName(adapter)) throw new Error(`there is no adapter ${adapter}`);
    const created = makers[adapter]({ address, timeoutMs });
    made.set(`${adapter} ${address}`, created);
    return created;
  };
}
