"""What a WSGI server is pointed at: ``gunicorn wsgi:app``."""
import gc

from casework import create_app, ready

app = create_app()
ready.refuse_open_walls(app)

gc.collect()
gc.freeze()  # what was made so far lives as long as the process: it is not looked through again,
gc.set_threshold(20_000, 20, 20)  # and what a request makes is, more seldom than after every 700 objects
