"""The tables of law, drawn for people: who may, what follows what, which clock runs under which rule."""
