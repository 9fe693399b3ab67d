"""Holiday visits 节日慰问走访: gifts to members and visits to named persons."""
