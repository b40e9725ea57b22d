"""How the MRZ line recogniser is trained, on synthetic print only; nothing here is needed to read."""
