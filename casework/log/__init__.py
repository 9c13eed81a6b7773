"""The auditor's side: what was done and looked at, what was spent on whom, and files to take away."""
