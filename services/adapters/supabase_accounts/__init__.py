"""Accounts at Supabase Auth: it keeps passwords and sends codes; logins stay ours."""

from services.adapters.supabase_accounts.accounts import SupabaseAccounts

__all__ = ["SupabaseAccounts"]
