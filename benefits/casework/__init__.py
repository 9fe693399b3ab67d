"""Cases: filing, assessment, review, notices; what a person is granted and why."""
