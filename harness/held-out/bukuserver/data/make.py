"""Fills a database with the bookmarks of a beekeepers' club: make.py FILE."""
import sys
from pathlib import Path

from buku import BukuDb

file = Path(sys.argv[1])
file.unlink(missing_ok=True)

BOOKMARKS = (
    # Address, title, tags, description.
    ("https://bees.example/", "Society of Beekeepers", "club,bees", "The society that we are a part of."),
    ("https://bees.example/calendar?year=2025&month=6", "Calendar of June", "club,dates", "Meetings & markets of June."),
    ("https://bees.example/library/swarms", "How swarms are caught", "bees,swarms,reading", "With pictures.\nChapter 3 is the one about ladders."),
    ("https://bees.example/library/queens", "Rearing queens", "bees,queens,reading", "Takes 16 days; see the table on page 4."),
    ("https://www.weather.example/forecast/hills", "Weather in the hills", "weather", "Three days ahead, every hour."),
    ("https://www.weather.example/pollen", "Pollen by the week", "weather,flowers", ""),
    ("https://shop.hives.example/frames/12", "Frames, a dozen", "shop,hives,frames", "Each 42 cm wide."),
    ("https://shop.hives.example/smoker", "Smoker <large> & bellows", "shop,tools", "Needs <b>dry</b> grass & patience."),
    ("https://shop.hives.example/suits?size=xl&veil=1", "Suits with a veil", "shop,clothes", "Size XL was short in the sleeves."),
    ("https://honey.example/prices", "Prices of honey", "honey,market", "By the kilo, since 2019."),
    ("https://honey.example/labels#rules", "What must be on a label", "honey,market,rules", "Weight, name, lot and date."),
    ("https://honey.example/recipes/mead", "Mead in 5 steps", "honey,recipes", "Step 4 lasts for months."),
    ("https://honey.example/recipes/cake", "Honey cake of Aunt Zoë", "honey,recipes,baking", "200 g honey, 300 g flour, 4 eggs."),
    ("http://old.hives.example/plans.html", "Plans of a top-bar hive", "hives,wood", "An old page; it has no lock."),
    ("https://wood.example/cedar", "Cedar, planed", "wood,shop", "19 mm, by the metre."),
    ("https://wood.example/larch", "Larch, rough", "wood,shop", "22 mm, by the metre."),
    ("https://vet.example/mites", "Mites: what to do, and when", "health,mites", "Strips in August, acid in December."),
    ("https://vet.example/mites/count", "Counting mites", "health,mites,forms", "More than 10 a day are too many."),
    ("https://vet.example/foulbrood", "Foulbrood is to be reported", "health,rules", "Call at once."),
    ("https://maps.example/apiaries?zoom=12", "Map of our stands", "maps,club", "Nine stands; the ninth is by the quarry."),
    ("https://maps.example/limetrees", "Lime trees of the town", "maps,flowers", ""),
    ("https://flowers.example/clover", "White clover", "flowers,meadow", "From May on."),
    ("https://flowers.example/phacelia", "Phacelia, the bees' friend", "flowers,meadow", "Sow it by the end of July."),
    ("https://flowers.example/borage", "Borage", "flowers,garden", "Blue, and never quiet."),
    ("https://video.example/watch?v=Kx3Zt9&t=42", "Film: a hive in winter", "film,winter", "28 minutes."),
    ("https://video.example/watch?v=Qa71Lm", "Film: dance of the bees", "film,bees", "12 minutes, for children too."),
    ("https://forum.example/t/814", "", "forum,queens", "Has no title, and a good answer by Ovid."),
    ("https://forum.example/t/92", "Is the white hive too hot?", "forum,hives", "It is."),
    ("https://accounts.example/club/2025", "Books of the club", "club,money", "Ask Nell for the word."),
    ("https://www.harbourmaster-and-beekeeping-supplies.example/catalogue/spring/page/7/item/000123",
     "A very long catalogue of spring with a great many things that nobody needs but everybody wants to have seen once",
     "shop,catalogue", "Page 7 has the extractors."),
    ("https://read.example/virgil", "Georgics, book four", "reading,poems", "»Next I'll speak of the celestial gift of honey«"),
    ("https://read.example/maeterlinck", "The Life of the Bee", "reading,bees", "In English & in French."),
    ("https://wood.example/prices", "Price list", "wood,market", "As of May."),
    ("https://wax.example/prices", "Price list", "market", "As of April, and a bit dear."),
    ("https://wax.example/candles", "Candles of wax", "", "No tags yet."),
    ("https://wax.example/wraps", "Wraps of wax", "", ""),
)

db = BukuDb(dbfile=str(file.resolve()))
for address, title, tags, description in BOOKMARKS:
    db.add_rec(address, title_in=title, tags_in=f",{tags}," if tags else None, desc=description, fetch=False)
db.close()
