"""Long work: a queue in the database, done by worker processes, with progress, cancelling and resuming."""
