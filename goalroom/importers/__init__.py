"""Making rooms from the files of other tools."""
