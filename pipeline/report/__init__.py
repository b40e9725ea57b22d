"""From cases to what people and programs read: one module per format."""
