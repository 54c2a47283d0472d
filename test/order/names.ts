/**
 * Names of steps, each made once: a text that has been a key before is found faster than one that is put together anew.
 */
export function namesBy(separator: string): (serviceOrder: string, step: string) => string {
  const known = new Map<string, Map<string, string>>();
  return (serviceOrder, step) => {
    const names = known.get(serviceOrder) ?? new Map<string, string>();
    const name = names.get(step) ?? `${serviceOrder}${separator}${step}`;
    known.set(serviceOrder, names.set(step, name));
    return name;
  };
}
