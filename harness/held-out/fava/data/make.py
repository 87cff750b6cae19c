"""Writes a year of a small ferry's books, the same each time."""

import sys

OPENING = """\
option "title" "Ferry"
option "operating_currency" "EUR"
option "render_commas" "TRUE"

2024-01-01 custom "fava-option" "language" "en"
2024-01-01 custom "fava-option" "show-accounts-with-zero-balance" "false"
2024-01-01 custom "fava-option" "upcoming-events" "0"
2024-01-01 custom "fava-sidebar-link" "Fares in June" "../income_statement/?time=2024-06"

2024-01-01 commodity EUR
  name: "Euro"
2024-01-01 commodity NZD
  name: "New Zealand dollar"
2024-01-01 commodity ROPE
  name: "Metres of rope"

2024-01-01 open Assets:Bank:Quay EUR
2024-01-01 open Assets:Bank:Abroad NZD
2024-01-01 open Assets:Cash EUR
2024-01-01 open Assets:Store:Rope ROPE "FIFO"
2024-01-01 open Liabilities:Loan:Engine EUR
2024-01-01 open Equity:Opening-Balances
2024-01-01 open Income:Fares EUR
2024-01-01 open Income:Charter
2024-01-01 open Expenses:Fuel EUR
2024-01-01 open Expenses:Crew:Wages EUR
2024-01-01 open Expenses:Crew:Meals EUR
2024-01-01 open Expenses:Repairs
2024-01-01 open Expenses:Interest EUR

2024-01-01 custom "budget" Expenses:Fuel "monthly" 900.00 EUR
2024-01-01 custom "budget" Expenses:Crew:Meals "monthly" 60.00 EUR

2024-01-02 * "Opening balance"
  Assets:Bank:Quay  12,000.00 EUR
  Assets:Cash  350.00 EUR
  Liabilities:Loan:Engine  -8,000.00 EUR
  Equity:Opening-Balances

2024-01-03 event "season" "winter"
2024-04-01 event "season" "summer"
2024-04-01 event "captain" "Grace Hopper"
2024-10-01 event "season" "winter"

2024-02-10 query "crew" "SELECT account, sum(position) AS cost WHERE account ~ 'Crew' GROUP BY account"

2024-03-04 * "Ropewalk" "Rope for the bow & stern" #repair ^invoice-71
  invoice: "71"
  Assets:Store:Rope  200 ROPE {1.20 EUR}
  Assets:Bank:Quay  -240.00 EUR

2024-05-20 * "Ropewalk" "Rope, dearer than before" #repair ^invoice-88
  Assets:Store:Rope  100 ROPE {1.50 EUR}
  Assets:Bank:Quay  -150.00 EUR

2024-06-11 ! "Boatyard <Slip & Sons>" "New <gangway>" #repair
  Expenses:Repairs  1,310.40 EUR
  Expenses:Repairs  50 ROPE {1.20 EUR}
  Assets:Store:Rope  -50 ROPE {1.20 EUR}
  Assets:Bank:Quay  -1,310.40 EUR

2024-07-06 * "Øresund Yacht Club" "Charter of the evening" #charter
  Assets:Bank:Abroad  1,700.00 NZD @ 0.56 EUR
  Income:Charter  -952.00 EUR

2024-08-17 * "Wellington Wharf" "Charter, paid in their money" #charter
  Assets:Bank:Abroad  900.00 NZD
  Income:Charter  -900.00 NZD

2024-06-30 price NZD 0.57 EUR
2024-09-30 price NZD 0.55 EUR
2024-12-31 price NZD 0.54 EUR
2024-06-30 price ROPE 1.55 EUR
2024-12-31 price ROPE 1.65 EUR

2024-06-15 note Assets:Bank:Quay "Asked the bank about the fees of May"
2024-07-01 balance Assets:Cash 350.00 EUR
2024-09-01 balance Assets:Bank:Abroad 2,600.00 NZD
2024-10-01 pad Assets:Cash Equity:Opening-Balances
2024-10-02 balance Assets:Cash 325.50 EUR
2024-12-30 balance Assets:Bank:Quay 9,999.00 EUR
"""

PASSENGERS = [310, 280, 420, 610, 890, 1240, 1530, 1480, 970, 560, 330, 300]
FUEL = [640, 610, 700, 815, 905, 1060, 1180, 1150, 940, 780, 650, 660]


def month(number, passengers, fuel):
    day = f"2024-{number:02}"
    return f"""
{day}-05 * "Harbour Fuels" "Diesel"
  Expenses:Fuel  {fuel}.25 EUR
  Assets:Bank:Quay

{day}-12 * "Galley" "Meals of the crew" #crew
  Expenses:Crew:Meals  {40 + number * 3}.80 EUR
  Assets:Bank:Quay

{day}-25 * "Crew" "Wages" #crew
  Expenses:Crew:Wages  {1500 + passengers // 2}.00 EUR
  Assets:Bank:Quay

{day}-27 * "Bank of the Quay" "Instalment"
  Liabilities:Loan:Engine  200.00 EUR
  Expenses:Interest  {33 - number}.50 EUR
  Assets:Bank:Quay

{day}-28 * "Passengers" "Fares"
  Assets:Bank:Quay  {passengers * 4.5:.2f} EUR
  Income:Fares
"""


def main():
    months = [month(at + 1, *it) for at, it in enumerate(zip(PASSENGERS, FUEL))]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(OPENING + "".join(months))


main()
