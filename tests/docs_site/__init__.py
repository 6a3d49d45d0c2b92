"""The documentation as a site: its pages, what is generated for them, and the check of its links."""
