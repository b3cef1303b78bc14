"""A short run of the kills; kill_deep_test.py does two hundred."""

from kill_loop import run

run(kills=10, seed=1)
