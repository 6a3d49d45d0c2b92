"""What hypothesis-graphql makes up: the same documents in each run, for a failure to be found again."""

from hypothesis import HealthCheck, Phase, settings


def documents(most: int) -> settings:
    """Of a test that takes so many; documents that are slow to make up are no fault of it."""
    return settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
