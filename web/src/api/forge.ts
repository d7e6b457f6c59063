// GitHub's App and what it was given, as the server tells of them.

export interface ForgeApp {
  id: string;
  from?: 'here' | 'configuration';
  name?: string;
  page?: string;
  install_url?: string;
  problem?: string;
  old_secret_until?: string | null;
}

export interface ForgeAppState {
  app: ForgeApp | null;
  suggested_name: string;
  mode: 'push' | 'poll';
  hook_url: string;
  problem: string | null;
}

export interface Installation {
  id: string;
  account: string;
  page: string;
  suspended: boolean;
}

export interface GivenRepository {
  id: string;
  full_name: string;
  private: boolean;
  archived: boolean;
  registered: boolean;
}
