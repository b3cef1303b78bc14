"""Two hundred and fifty kills at random moments; see kill_loop.py."""

import time

from kill_loop import run

run(kills=250, seed=int(time.time()))
