"""Benchmarks: `make bench` measures sheetops, its peers and the limits of the machine on the same workbooks.

Every figure is of a whole process, from its start to its end; see `python -m bench --help`.
"""
