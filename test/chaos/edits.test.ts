import { describe, expect, test } from 'vitest';
import { editFault } from '../../src/activation/edit.ts';
import type { ServiceSpecification, StepSpecification } from '../../src/catalog/model.ts';
import { emptyCatalog, withEntries } from '../../src/catalog/snapshot.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { demoEntries } from '../support/catalog.ts';
import { typesOf } from './catalogueIn.ts';
import { edits } from './edits.ts';

const specifications = Object.values(withEntries(emptyCatalog, demoEntries()).serviceSpecifications);

const faultOf = (
  { characteristics }: ServiceSpecification,
  { values }: StepSpecification,
  edit: object,
): unknown =>
  editFault({ values, types: typesOf(characteristics), known: {}, characteristics }, edit as JsonObject);

describe.each(Object.entries(edits))('%s', (system, { fit, unfit }) => {
  const steps = specifications.flatMap((specification) =>
    Object.values(specification.steps)
      .filter((step) => step.system === system)
      .map((step) => [specification, step] as const),
  );

  test('what people set fits the one step of the system, and what they should not set does not', () => {
    expect(steps).toHaveLength(1);
    for (const [specification, step] of steps) {
      for (const edit of fit) expect(faultOf(specification, step, edit)).toBeUndefined();
      for (const edit of unfit) expect(faultOf(specification, step, edit)).toBeDefined();
    }
  });
});
