"""The whole stack on one machine: what is started, watched and stopped together."""
