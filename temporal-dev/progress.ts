/** What a person at the terminal sees: one line per stage, with the time it took. */
export interface Progress {
  line(text: string): void;
  /** Shows the stage with its running time; `tell` adds a word on what takes long. */
  stage<T>(title: string, work: (tell: (detail: string) => void) => Promise<T>): Promise<T>;
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

const titleWidth = 14;
const tickMs = 1_000;
/** In a log file a line now and then is enough. */
const quietTickMs = 15_000;
const clearLine = '\r\x1b[2K';

export function createProgress(output: Output = process.stdout): Progress {
  const live = output.isTTY === true;

  async function stage<T>(title: string, work: (tell: (detail: string) => void) => Promise<T>): Promise<T> {
    const begun = Date.now();
    let detail = '';
    const text = (end: string): string => {
      const seconds = ((Date.now() - begun) / 1_000).toFixed(end === '' ? 0 : 1);
      return `  ${title.padEnd(titleWidth)} ${seconds.padStart(6)} s  ${end}${detail}`.trimEnd();
    };
    const show = (): void => {
      output.write(live ? `${clearLine}${text('')}` : `${text('')}\n`);
    };
    const ticking = setInterval(show, live ? tickMs : quietTickMs);
    const tell = (news: string): void => {
      if (news === detail) return;
      detail = news;
      show();
    };
    try {
      const result = await work(tell);
      detail = '';
      output.write(`${live ? clearLine : ''}${text('ready')}\n`);
      return result;
    } catch (error) {
      detail = '';
      output.write(`${live ? clearLine : ''}${text('failed')}\n`);
      throw error;
    } finally {
      clearInterval(ticking);
    }
  }

  return {
    line: (text) => {
      output.write(`${live ? clearLine : ''}${text}\n`);
    },
    stage,
  };
}

export const silentProgress: Progress = {
  line: () => undefined,
  stage: (_title, work) => work(() => undefined),
};
