"""`make bench-mrz`: our MRZ reader and its open peers on the same pictures, each in an environment of its own."""
