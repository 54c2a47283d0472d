import { z } from '@hono/zod-openapi';
import { systemPattern } from '../../src/kernel/ids.ts';
import { bulkCommands } from '../../src/operator/commands.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import { reason } from './commandAnswer.ts';

const needsReason: readonly string[] = ['skip', 'leaveBehind'];

/** What a person has to say about many fallouts at once. What stays behind or undone for good needs a reason. */
export const bulkSchema = z
  .strictObject({
    command: z.enum(bulkCommands),
    class: z.enum([...errorClasses, 'orphaned']).exactOptional(),
    system: z.string().regex(systemPattern).exactOptional(),
    reason: reason.exactOptional(),
  })
  .refine((given) => given.class !== undefined || given.system !== undefined, {
    message: 'must name a class, a system, or both',
    path: ['class'],
  })
  .refine((given) => (given.command === 'restart') === (given.class === 'orphaned'), {
    message: 'a restart is of the class orphaned, and that class is only restarted',
    path: ['class'],
    when: ({ issues }) => issues.length === 0,
  })
  .refine((given) => !needsReason.includes(given.command) || given.reason !== undefined, {
    message: 'must say why',
    path: ['reason'],
  })
  .openapi('Bulk', { description: 'One command for every open fallout of a class, of a system, or of both' });
