"""Who is here and what each agent does: sessions, presence, activity."""
