"""The fleet: many workers, perhaps on many machines, share hundreds of sheets through one PostgreSQL database.

An **order** is the wish that jobs be run on one sheet; it stands in a table of ours until somebody deletes it by
age. procrastinate carries it to a worker. Each attempt at it has a number, and whatever an attempt wants to say of
its order is said under that number: an attempt that was given up on cannot speak for the one that followed it.

procrastinate and psycopg (the extra `scale`) are imported by the modules below, never by this one.
"""
