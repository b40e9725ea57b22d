from __future__ import annotations

import os

from hypothesis import settings

# No test may fail because a machine is busy, and no landing because of an example that another run did not meet:
# continuous integration repeats its examples, every other run looks for new ones.
settings.register_profile("explore", deadline=None)
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.load_profile("repeat" if os.environ.get("CI") else "explore")
