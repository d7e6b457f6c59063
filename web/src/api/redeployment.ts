// A digest that was deployed again, whether one could be, and what was probed: parts of Deployment and Environment.

type Time = string | null | undefined;

/** A digest of the ledger that was deployed again, without a build. */
export interface Redeployment {
  kind: 'rollback' | 'promotion';
  deployment: string;
  environment: string;
  replaces?: string | null;
  actor: string;
  text: string;
}

/** Whether what a deployment would go back to can still be had, as it was found at night. */
export interface WayBack {
  deployment: string;
  source: string;
  state: 'there' | 'gone' | 'unknown';
  reason?: string | null;
  looked_at?: Time;
}

/** What a gate saw of the candidate (gate) or of the address that people use (verify). */
export interface Probe {
  phase: string;
  kind: string;
  passed: boolean;
  looks: number;
  milliseconds: number;
  reason?: string | null;
}
