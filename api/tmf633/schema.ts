import { z } from '@hono/zod-openapi';
import { addressed } from '../contract.ts';

export const serviceSpecificationSchema = addressed
  .extend({
    name: z.string(),
    version: z.string(),
    lifecycleStatus: z.string(),
    lastUpdate: z.iso.datetime(),
    isBundle: z.boolean(),
    '@type': z.string(),
    '@schemaLocation': z.url(),
    specCharacteristic: z.array(z.looseObject({ name: z.string() })).exactOptional(),
    serviceSpecRelationship: z
      .array(addressed.extend({ relationshipType: z.literal('reliesOn'), role: z.string() }))
      .exactOptional(),
    domain: z.string().openapi({ description: 'The service family that builds it' }),
    steps: z.looseObject({}).openapi({ description: 'The objects it needs in network systems' }),
    results: z.looseObject({}).openapi({ description: 'What services that rely on it may read' }),
    recovery: z
      .array(z.looseObject({}))
      .exactOptional()
      .openapi({ description: 'What to do about trouble with its steps' }),
  })
  .openapi('FulfilmentServiceSpecification');
