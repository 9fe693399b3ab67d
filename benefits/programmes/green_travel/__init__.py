"""Green travel 绿色出行普惠: a credit for public transport, once a year for each member."""
