import { type ActivationAdapter, type AdapterName, isAdapterName } from '../../src/activation/adapter.ts';
import { createHttpAdapter } from './http.ts';

/** A new kind of system is one file, its name in `adapterNames`, and one line here. */
const makers = {
  http: createHttpAdapter,
} satisfies Record<
  AdapterName,
  (options: { readonly address: string; readonly timeoutMs: number }) => ActivationAdapter
>;

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
