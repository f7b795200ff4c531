"""Google Sheets as a book. Google has no conditional write, so every cell is written through an anchor on its row,
after a second look and before a third; docs/google.md tells the protocol and what stays at risk."""
