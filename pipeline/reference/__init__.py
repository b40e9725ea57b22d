"""Facts of the field as data, each with source and date."""
