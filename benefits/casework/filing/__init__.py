"""Cases filed from a sheet: one row a case, its facts typed as people write them."""
