"""The audit of offices: expected counts, evidence and false-discovery rate over tables of flags and exposure; it knows no check."""
