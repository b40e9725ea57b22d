"""One module a reader, run as a program in the reader's own environment: paths in, one line of JSON a picture out."""
