"""The benchmark of screening: fresh Utopia documents, the real command, and the truth file beside its output."""
