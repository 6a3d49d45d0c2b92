"""How long tests wait for what must come: so long that no busy machine takes that long, and that a hang is seen."""

PATIENCE_S = 30
