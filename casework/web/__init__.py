"""HTTP plumbing that knows no feature: forms, errors, the gate, pages, the API's manners."""
