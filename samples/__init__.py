"""Sample cases and letters: fictional people, real payer names, made from the sources beside this file."""
