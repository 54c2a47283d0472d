export interface Caller {
  readonly tenant: string;
  readonly client: string;
  readonly subject: string;
}

/** Who asks: the one seam for access control. Until that exists everybody is the local operator. */
export const callerOf = (_request: Request): Caller => ({
  tenant: 'default',
  client: 'local',
  subject: 'local',
});
