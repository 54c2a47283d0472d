import { describe, expect, test } from 'vitest';
import { orderDetails } from '../../workflows/details.ts';
import { begin, held, need, needs, opened, resumed, settled, sketch, stands, tell } from './driver.ts';

/** An order knows what of its service orders needs a person, and is held only when nothing else moves. */

const access = sketch('access');
const opening = [begin([access]), opened] as const;

describe('what a service order needs a person for', () => {
  test('is known while the rest of it moves, and the order stays in progress', () => {
    const { run, last } = tell(...opening, needs('access', 'notThere'));
    expect(run).toMatchObject({
      state: 'inProgress',
      children: { access: { state: 'running', needs: [need('notThere')] } },
    });
    expect(last).toEqual([]);
  });

  test('is read in the details of the order, one reason after the other', () => {
    const { run } = tell(...opening, needs('access', 'one', 'two'));
    expect(orderDetails(run)).toContain('| running | a person: one; a person: two |');
  });

  test('is forgotten as soon as nothing does', () => {
    const { run } = tell(...opening, needs('access', 'one', 'two'), needs('access'));
    expect(run.children.access?.needs).toEqual([]);
  });

  test('changes while it is held, with the reason of its item for the next time', () => {
    const { run } = tell(...opening, held('access', 'one'), held('access', 'two'));
    expect(run.children.access).toMatchObject({ state: 'held', code: 'two', needs: [need('two')] });
    expect(run.state).toBe('held');
  });

  test('is forgotten when it moves again, until it says what still does', () => {
    const { run } = tell(...opening, held('access', 'one'), resumed('access'));
    expect(run.children.access?.needs).toBeUndefined();
    expect(tell(run, needs('access', 'two')).run.children.access).toMatchObject({ needs: [need('two')] });
  });

  test('is kept when its run is lost, and forgotten when it has another', () => {
    const lost = { ...held('access', 'runLost'), needs: [need('runLost')] } as const;
    const { run } = tell(...opening, needs('access', 'one'), lost);
    expect(run.children.access?.needs).toEqual([need('one'), need('runLost')]);
    const again = tell(run, { type: 'RejoinRequested', id: 'access', audit: 'why' }).run;
    expect(again.children.access?.needs).toBeUndefined();
  });

  test('is not known of one that is over, though its last word comes late', () => {
    const two = [begin([access, sketch('tv')]), opened] as const;
    const { run } = tell(...two, needs('access', 'one'), settled('access'), needs('access', 'two'));
    expect(run.children.access?.needs).toBeUndefined();
  });

  test('stays while it turns out to stand', () => {
    const { run } = tell(...opening, needs('access', 'one'), stands('access'));
    expect(run.children.access?.needs).toEqual([need('one')]);
  });
});
