"""What a WSGI server is pointed at: ``gunicorn wsgi:app``."""

from casework import create_app

app = create_app()
