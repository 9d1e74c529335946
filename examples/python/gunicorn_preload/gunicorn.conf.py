"""No hook is needed: the recorder notices the fork, and each worker begins a journal of its own."""

wsgi_app = "app:application"
preload_app = True
workers = 8
