"""Runs what the pages show: Python blocks, shell blocks, and the files that they name."""
