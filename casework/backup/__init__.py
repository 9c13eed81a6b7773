"""Backups, and the proof that one can be restored: `casework backup`, `restore-verify`, `restore`, `log check`."""
