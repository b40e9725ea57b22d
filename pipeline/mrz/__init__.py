"""Machine-readable zones: found and read on pixels, parsed and judged as pure text."""
