"""`python -m sheetops` is the command line."""

from sheetops.cli import main

if __name__ == "__main__":
    main()
