"""What a WSGI server is pointed at: ``gunicorn wsgi:app``."""

from casework import create_app, ready

app = create_app()
ready.refuse_open_walls(app)
