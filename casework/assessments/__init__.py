"""What a person needs now, asked together with them, answered in levels, signed, and asked again later."""
