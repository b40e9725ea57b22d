"""The words of DESIGN section 1 as frozen dataclasses; imports nothing of ours, no numpy, no I/O."""
