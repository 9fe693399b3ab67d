"""The union's books: charts of accounts by date, vouchers, closed months, and what is read from them."""
