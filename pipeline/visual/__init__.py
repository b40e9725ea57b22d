"""The printed zone: labels, values, dates, templates."""
