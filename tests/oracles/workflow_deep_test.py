"""As workflow_test.py, which see, with other seeds and ten times as many of them."""
import sys

import workflow_test

if __name__ == "__main__":
    sys.exit(workflow_test.main(range(101, 141)))
