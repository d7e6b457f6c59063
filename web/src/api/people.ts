// People's accounts, as admins see them.

import type { Time } from './types';

export interface User {
  name: string;
  role: string;
  repositories: { repository: string; role: string }[];
  created_at?: Time;
  disabled_at?: Time;
  /** Has a link, or had one, and no password. */
  invited: boolean;
  /** As whom the account signs in there. */
  github?: { id: number; login: string } | null;
}
