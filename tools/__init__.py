"""What starts, sets up and checks the project; run from the checkout as `python -m tools.<name>`."""
