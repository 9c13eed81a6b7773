"""What a person sees on sitting down: what waits for them, and what they steer by."""
