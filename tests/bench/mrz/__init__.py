"""`make bench-mrz`: our MRZ reader and its open peers on the same pictures, each in a process and environment of its own."""
