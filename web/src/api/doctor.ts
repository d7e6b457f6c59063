/** One thing that the doctor looked at, and the command that mends it. */
export interface Finding {
  name: string;
  state: 'ok' | 'warning' | 'error';
  text: string;
  remedy?: string | null;
}
