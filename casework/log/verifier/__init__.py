"""The verifier that auditors run: one file that imports nothing of the application."""
