"""The register: units, persons, memberships and honours, how they come in from workbooks and how they are kept."""
