"""Oracles that judge a saved workbook without the product's own code: parts, schema, features, wiring.

Each looks at a workbook before and after a change and says what was harmed. They share nothing with
`sheetops.books.xlsx`, so that a mistake there cannot hide here.
"""
