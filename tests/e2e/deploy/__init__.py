"""The files of deploy/, as far as they can be run without what they are for."""
