"""Stand-ins for what the product meets in production: a database server, its pooler, a project at Supabase."""
