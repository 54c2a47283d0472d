/** What a catalogue entry and an expression may grow to. */
export const limits = {
  idLength: 64,
  nameLength: 200,
  stepsPerService: 100,
  characteristicsPerSpecification: 200,
  servicesPerProduct: 50,
  partsPerBundle: 100,
  recoveryRows: 20,
  retryAttempts: 1_000,
  durationMs: 366 * 86_400_000,
  reportPolls: 1_000,
  entryCharacters: 262_144,
  refusalsReported: 100,
  expressionCharacters: 1_000,
  expressionNodes: 500,
  expressionDepth: 32,
  objectCharacters: 200,
  textCharacters: 4_096,
  /** Of all that one expression reads, and again of what it answers. */
  valueNodes: 1_000,
  valueCharacters: 16_384,
} as const;
