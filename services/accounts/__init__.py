"""Who is signed in, and how often somebody may try: logins and throttling."""
