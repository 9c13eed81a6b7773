"""Continued Presence: how federal law enforcement asks that a victim may stay (22 USC 7105(c)(3), 28 CFR 1100.35)."""
