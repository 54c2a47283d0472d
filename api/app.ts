export const createApp = (_: any): any => ({ fetch: () => new Response('', { status: 503 }) });
