"""What Graph tells of calls to and from the telephone network, made into rows: pure."""
