"""`python -m goalroom_client` is `gr`."""

from goalroom_client.main import run

run()
