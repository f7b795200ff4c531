"""Writes the tables of an export: CSV and Parquet files, the data dictionary, and the folder that holds them."""
